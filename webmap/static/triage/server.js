/** Asks the API of triage. A refusal is an Error with `status` (0: nothing arrived) and the server's words. */

export class Refused extends Error {
  constructor(status, problem = {}) {
    super(problem.detail ?? problem.title ?? "");
    this.status = status;
    this.problem = problem;
  }
}

export class Server {
  /** `url`: where the API is, such as "/api/v1". */
  constructor(url) {
    this.url = url;
  }

  /** The JSON of an answer; with a `body` it is a POST. `keepalive`: arrives although the page is left. */
  async ask(path, { body, signal, keepalive = false } = {}) {
    const options = { signal, keepalive, headers: { Accept: "application/json" } };
    if (body !== undefined) {
      options.method = "POST";
      options.body = JSON.stringify(body);
      options.headers["Content-Type"] = "application/json";
    }
    let response;
    try {
      response = await fetch(`${this.url}${path}`, options);
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Refused(0);
    }
    if (!response.ok) throw new Refused(response.status, await response.json().catch(() => ({})));
    return response.json();
  }

  list(query, signal) {
    return this.ask(`/triage?${new URLSearchParams(query)}`, { signal });
  }

  changes(since) {
    return this.ask(`/changes?since=${since}`);
  }

  story(id, signal) {
    return this.ask(`/needs/${id}/story`, { signal });
  }

  openPrivate(id) {
    return this.ask(`/needs/${id}/private`, { body: {} });
  }

  photo(id, photo) {
    return `${this.url}/needs/${id}/photos/${photo}`;
  }

  move(decision, options = {}) {
    return this.ask("/triage/moves", { body: decision, ...options });
  }

  claim(path, ids) {
    return this.ask(`/claims${path}`, { body: { needs: ids } });
  }

  tell(ids, text) {
    return this.ask("/triage/messages", { body: { needs: ids, text } });
  }

  hideWords(id, hidden) {
    return this.ask(`/needs/${id}/words`, { body: { hidden } });
  }

  place(id, place) {
    return this.ask(`/needs/${id}/place`, { body: place });
  }
}
