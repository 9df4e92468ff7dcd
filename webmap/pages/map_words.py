"""Every text the map page's scripts say, in the language of the page: one JSON block, written by the server.

{names} in braces are filled in by the browser; a key that ends in _one or _other is chosen by a number there.
"""

from __future__ import annotations

from flask_babel import gettext as _


def map_words() -> dict[str, str]:
    """Texts by the key the scripts ask for."""
    return {**_general(), **_states(), **_legend(), **_place(), **_figures(), **_table()}


def _general() -> dict[str, str]:
    return {
        "just_now": _("just now"),
        "metres": _("{count} m"),
        "kilometres": _("{count} km"),
        "comma": _(", "),
        "always_shown": _("(always shown)"),
        "or_more": _("{from}+"),
        "from_to": _("{from} to {to}"),
        "up_to": _("up to {to}"),
    }


def _states() -> dict[str, str]:
    return {
        "loading": _("Loading the map…"),
        "empty": _("Nothing is known in this part of the map."),
        "empty_store": _("Nothing is on this map yet. Load compounds (linli load), or look at the demo (linli demo)."),
        "failed_network": _("Linli cannot be reached right now."),
        "failed_offline": _("You are offline."),
        "failed_too_much": _("There is too much to show at once. Zoom in."),
        "failed_busy": _("Many people are asking at once. The map asks again by itself."),
        "failed_server": _("Linli could not answer (error {status})."),
        "kept_from": _("What you see is from {moment}."),
        "show_homes": _("Show where people live"),
        "retry": _("Try again"),
        "as_of": _("As of"),
        "as_of_past": _("You are looking back at"),
        "back_to_now": _("Back to now"),
        "no_location": _("Your device did not tell where you are. Move the map by hand, or search in the table."),
    }


def _legend() -> dict[str, str]:
    return {
        "places_one": _("{count} place"),
        "places_other": _("{count} places"),
        "legend_unit": _("in an area about {across} across"),
        "legend_few": _("Fewer than {k}, or none"),
        "legend_none": _("None"),
        "legend_unknown": _("Not coloured: nobody known to live here"),
    }


def _place() -> dict[str, str]:
    return {
        "place_across": _("A place about {across} across"),
        "about_across": _("about {across} across"),
        "near": _("Near {name}"),
        "and_more_one": _("{names} and {count} more"),
        "and_more_other": _("{names} and {count} more"),
        "name_and_part": _("{name}, {part}"),
        "part_north": _("north part"),
        "part_north_east": _("north-east part"),
        "part_east": _("east part"),
        "part_south_east": _("south-east part"),
        "part_south": _("south part"),
        "part_south_west": _("south-west part"),
        "part_west": _("west part"),
        "part_north_west": _("north-west part"),
        "zones_here": _("Rules in force here"),
        "zone_rules": _("What this means at your door"),
        "in_part": _("in part of this place"),
        "until": _("until"),
        "order": _("Order: {order}"),
        "drops_here": _("Supplies to collect"),
        "for_compounds": _("For {names}"),
        "nearest_drop": _("Nearest supply drop for {name}"),
        "by_organization": _("By {name}"),
        "checkpoints_here": _("Checkpoints"),
        "always_open": _("open at all hours"),
        "every_day": _("every day {from} to {to}"),
    }


def _figures() -> dict[str, str]:
    return {
        "needs_here": _("Requests for help"),
        "needs_at_least_one": _("request for help is open here"),
        "needs_at_least_other": _("requests for help are open here"),
        "needs_exact_one": _("open request for help"),
        "needs_exact_other": _("open requests for help"),
        "needs_wider": _("Counted over a wider area, about {across} across, so that nobody can be recognised."),
        "needs_few": _("Fewer than {k}, or none. Smaller numbers are not shown, so that nobody can be recognised."),
        "needs_none": _("No open requests."),
        "needs_unpublished": _("Not published yet. Figures of requests are published every ten minutes."),
        "nobody_known": _("Nobody is known to live here."),
        "staffing": _("{urgent} urgent. {gap} with nobody on duty. {filled} of {places} volunteer places filled."),
        "source_needs_public": _(
            "Households with requests that staff have accepted, rounded down to steps of {k}. Published every ten "
            "minutes, last"
        ),
        "source_needs_staff": _("All open requests, as reported. As of"),
        "people_here": _("Who lives here"),
        "households_one": _("{count} household"),
        "households_other": _("{count} households"),
        "residents_one": _("{count} resident"),
        "residents_other": _("{count} residents"),
        "more_compounds_one": _("and {count} more compound"),
        "more_compounds_other": _("and {count} more compounds"),
        "source_households": _("From the register of compounds, shared out evenly over their ground."),
    }


def _table() -> dict[str, str]:
    return {
        "column_place": _("Place"),
        "column_zone": _("Zone"),
        "fewer": _("fewer than {k}"),
        "in_wider": _("in a wider area"),
        "unknown": _("not known"),
        "rows_one": _("{count} place"),
        "rows_other": _("{count} places"),
        "rows_some": _("The first {shown} of {count} places. Zoom in or search to see others."),
    }
