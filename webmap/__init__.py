"""What people see and call: pages, API, maps, access, command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from webmap.settings import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """The application. Without `settings` they are read from the environment; nothing is read before this call."""
    from werkzeug.middleware.proxy_fix import ProxyFix

    from data.database import open_database
    from webmap import (
        access,
        accounts,
        bodies,
        compression,
        cross_site,
        errors,
        feed,
        language,
        limits,
        metrics,
        security_headers,
        type_size,
    )
    from webmap.api import accountability as accountability_api
    from webmap.api import basemap, cells, changes, claims, description, features, health, layers, one_need, triage
    from webmap.openapi import make_app
    from webmap.pages import (
        account,
        accountability,
        compare,
        dashboard,
        dashboard_list,
        drop_near,
        drop_new,
        drop_serving,
        drops,
        follow,
        gate_form,
        gate_helper,
        gate_links,
        gates,
        history,
        home,
        icon,
        invitation,
        moment,
        my_round,
        notice_new,
        notices,
        offline,
        overview,
        plan_kept,
        planning,
        posters,
        problems,
        report,
        second_factor,
        shift_calendars,
        shift_mine,
        shift_people,
        shift_post,
        shift_take,
        shifts,
        sign_in,
        since,
        sitrep,
        special_days,
        staff,
        zone_form,
        zone_rules,
        zones,
    )
    from webmap.service import Service
    from webmap.settings import from_environment
    from webmap.turnstile import Turnstile
    from webmap.unchanged import Unchanged

    settings = settings or from_environment()
    app = make_app()
    app.config.update(
        SECRET_KEY=settings.secret_key,
        TRUSTED_HOSTS=list(settings.hosts) or None,
    )
    app.extensions["linli"] = Service(settings, open_database(settings.database_url or None))

    feed.init_app(app)

    # Order matters: answers pass these from the last to the first, requests are checked in this order.
    metrics.init_app(app)
    bodies.init_app(app)
    compression.init_app(app)
    security_headers.init_app(app)
    language.init_app(app)
    type_size.init_app(app)
    errors.init_app(app)
    accounts.init_app(app)
    cross_site.init_app(app)
    limits.init_app(app, settings.limits_url)
    app.before_request(cross_site.refuse_cross_site)
    app.before_request(access.check_access)
    app.jinja_env.globals.update(
        current_actor=access.current_actor,
        may=access.may,
        demo=app.extensions["linli"].demo_loaded,
        numbers_to_call=app.extensions["linli"].numbers_to_call,
    )

    for pages in (
        home,
        report,
        follow,
        sign_in,
        second_factor,
        invitation,
        account,
        staff,
        dashboard,
        dashboard_list,
        moment,
        compare,
        since,
        history,
        my_round,
        accountability,
        offline,
        overview,
        posters,
        zones,
        plan_kept,
        planning,
        notices,
        notice_new,
        sitrep,
        drops,
        drop_new,
        drop_serving,
        drop_near,
        special_days,
        gates,
        gate_form,
        shifts,
        shift_people,
        shift_post,
        shift_take,
        shift_mine,
        shift_calendars,
        gate_helper,
        gate_links,
        zone_form,
        zone_rules,
        problems,
        icon,
        health,
        description,
        basemap,
    ):
        app.register_blueprint(pages.blueprint)
    app.register_blueprint(notices.feeds)
    for resource in (
        cells.blueprint,
        layers.blueprint,
        changes.blueprint,
        triage.blueprint,
        one_need.blueprint,
        claims.blueprint,
        accountability_api.blueprint,
        features.blueprint(),
    ):
        app.register_api(resource)
    app.register_blueprint(features.unknown)

    # Requests pass these from the last to the first.
    app.wsgi_app = Unchanged(app)  # type: ignore[method-assign]
    app.wsgi_app = Turnstile(app.wsgi_app, bodies.longest_of)  # type: ignore[method-assign]
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies)  # type: ignore[method-assign]
    return app
