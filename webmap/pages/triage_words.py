"""Every text the dashboard's scripts say, in the language of the page; {names} in braces are filled in there."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import gettext as _

from layers.text import Text
from webmap.pages.map_words import map_words

#: Ages a list is narrowed to: their words, and the argument of the API with its hours.
AGES: Mapping[str, tuple[Text, dict[str, int]]] = MappingProxyType(
    {
        "hour": (Text("in the last hour", "1 小时内"), {"newer": 1}),
        "day": (Text("in the last day", "24 小时内"), {"newer": 24}),
        "older-4": (Text("over 4 hours ago", "超过 4 小时"), {"older": 4}),
        "older-24": (Text("over a day ago", "超过 1 天"), {"older": 24}),
        "older-72": (Text("over 3 days ago", "超过 3 天"), {"older": 72}),
    }
)


def triage_words() -> dict[str, str]:
    """Texts by the key the scripts ask for; those of the map among them."""
    return {**map_words(), **_list(), **_news(), **_decisions(), **_panel(), **_place(), **_time()}


def _list() -> dict[str, str]:
    return {
        "requests_one": _("{count} request"),
        "requests_other": _("{count} requests"),
        "first_of": _("the first {shown} of {count}"),
        "all_clear": _("Nothing waits here. Well done."),
        "all_clear_hint": _("New requests appear by themselves."),
        "none_match": _("No request fits these filters."),
        "clear_filters": _("Show all open requests"),
        "loading_list": _("Loading the requests…"),
        "failed_list": _("The list could not be loaded."),
        "nothing_lost": _("What you decided is kept."),
        "offline_list": _("You are offline. The list is from {moment}; decisions wait until you are back."),
        "state_open": _("All open"),
        "state_closed": _("Closed"),
        "select": _("Select {reference}"),
        "select_all": _("Select all"),
        "clear": _("Clear"),
        "close": _("Close"),
        "new": _("new"),
        "overdue": _("overdue"),
        "urgent": _("urgent"),
        "people_one": _("{count} person"),
        "people_other": _("{count} persons"),
        "voices_one": _("{count} neighbour says “me too”"),
        "voices_other": _("{count} neighbours say “me too”"),
        "reopened": _("help did not come"),
        "not_yours": _("outside your duty area"),
        "unknown_community": _("community not known"),
        "in_building": _("{place}: {count} requests"),
        "show_everything": _("Show the whole list"),
        "selected_one": _("{count} selected"),
        "selected_other": _("{count} selected"),
        "pin_one": _("{what}, {state}"),
        "pin_many": _("{count} requests, {unmet} not met yet. Opens the list."),
    }


def _news() -> dict[str, str]:
    return {
        "new_one": _("{count} new: show it"),
        "new_other": _("{count} new: show them"),
        "changed_elsewhere": _("Others changed the list: show it anew"),
        "live": _("New requests appear by themselves"),
        "not_live": _("The connection broke off; trying again"),
    }


def _decisions() -> dict[str, str]:
    return {
        "acknowledge": _("Acknowledge"),
        "decline": _("Decline"),
        "merge": _("Merge"),
        "give": _("Give to an organization"),
        "message": _("Write to the resident"),
        "take_back": _("Take it back"),
        "unmerge": _("Take out of the merge"),
        "hand_back": _("Take it back from the organization"),
        "take": _("Take for my organization"),
        "met": _("Help was given"),
        "extend": _("More time, once"),
        "to_round": _("My round"),
        "undo": _("Undo"),
        "did_acknowledged_one": _("{count} acknowledged."),
        "did_acknowledged_other": _("{count} acknowledged."),
        "did_declined_one": _("{count} declined."),
        "did_declined_other": _("{count} declined."),
        "did_duplicate_one": _("{count} merged."),
        "did_duplicate_other": _("{count} merged."),
        "did_assigned_one": _("{count} given to {organization}."),
        "did_assigned_other": _("{count} given to {organization}."),
        "did_back_one": _("{count} taken back."),
        "did_back_other": _("{count} taken back."),
        "did_met_one": _("{count}: help was given. The resident is asked whether it came."),
        "did_met_other": _("{count}: help was given. The residents are asked whether it came."),
        "did_take_one": _("{count} is yours now."),
        "did_take_other": _("{count} are yours now."),
        "did_extend_one": _("{count} lasts longer now."),
        "did_extend_other": _("{count} last longer now."),
        "left_taken": _("{reference} is taken: {who} has it."),
        "left_taken_until": _("{reference} is taken: {who} has it until {time}."),
        "left_yours": _("{reference} is yours, and nothing changed."),
        "left_not_waiting": _("{reference} does not wait for an organization any more."),
        "told_one": _("Message sent to {count} resident."),
        "told_other": _("Message sent to {count} residents."),
        "undone": _("Undone."),
        "nothing_to_undo": _("There is nothing to undo."),
        "left_changed": _("{reference} was left: {who} was first ({what}, {time})."),
        "left_changed_unknown": _("{reference} was left: somebody else moved it first."),
        "left_outside": _("{count} left: outside your duty area."),
        "left_not_possible": _("{count} left: this step is not possible from where they stand."),
        "left_gone": _("{count} left: not there any more."),
        "not_sent": _("Not sent: {reason} Nothing was changed."),
        "choose_first": _("Choose a request first."),
        "two_to_merge": _("Select the requests that are one and the same, two at least."),
        "cannot_here": _("That step is not possible for what is chosen."),
        "about": _("For {count} requests"),
        "about_one": _("For {reference}"),
        "kept_oldest": _("reported first"),
    }


def _panel() -> dict[str, str]:
    return {
        "loading_story": _("Loading…"),
        "failed_story": _("This request could not be loaded."),
        "try_again": _("Try again"),
        "reported_when": _("Reported"),
        "by_when": _("Next step due"),
        "for_whom": _("For"),
        "came_by": _("Came by"),
        "channel_web": _("this website"),
        "channel_phone": _("telephone"),
        "channel_proxy": _("somebody else for the person"),
        "channel_paper": _("paper"),
        "channel_file": _("a file"),
        "speaks": _("Language"),
        "language_zh": _("Chinese"),
        "language_en": _("English"),
        "given_to": _("Given to"),
        "taken_until": _("Taken until"),
        "where": _("Where"),
        "open_private": _("Show words and contact"),
        "open_private_note": _("Reading them is noted in the story."),
        "private_title": _("Words and contact"),
        "private_gone": _("Words and contact were deleted after their time."),
        "no_words": _("No words were written."),
        "words_are_hidden": _("The words are hidden from organizations."),
        "no_contact": _("No contact was left."),
        "contact": _("Contact"),
        "hide_words": _("Hide the words"),
        "show_words": _("Show the words again"),
        "photo": _("Photo {number}"),
        "proxy_knows": _("The person knows of it."),
        "proxy_knows_not": _("The person does not know of it."),
        "messages": _("Messages"),
        "story": _("What happened"),
        "whole_story": _("The whole story, and taking a step back"),
        "by": _("{role} ({name})"),
        "reason": _("Reason: {reason}"),
        "same_title": _("Likely the same request"),
        "same_household": _("the same household"),
        "same_home": _("the same building and unit"),
        "same_near": _("{distance} away"),
        "merge_into_this": _("It is the same: merge it into this one"),
        "merged_title": _("Merged into this one"),
        "open_other": _("Open {reference}"),
        "waits_for_resident": _("Waits for the resident’s own “yes, it came”."),
        "came": _("The resident confirmed it."),
    }


def _place() -> dict[str, str]:
    return {
        "place": _("Put the place right"),
        "place_done": _("The place was put right."),
        "place_hint": _("Tap the map where it really is, or write coordinates (WGS 84)."),
        "place_bad": _("Write a latitude and a longitude, such as 30.28512 and 120.12345."),
        "latitude": _("Latitude"),
        "longitude": _("Longitude"),
        "middle": _("Take the middle of the map"),
        "save": _("Save"),
        "cancel": _("Cancel"),
    }


def _time() -> dict[str, str]:
    return {"now": _("Now"), "play": _("Play"), "pause": _("Pause")}
