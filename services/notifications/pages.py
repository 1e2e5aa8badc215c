"""Where a message sends its reader: the address behind "more", for each event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

UNIT = "/units/api/v1/units/{unit}"
PROPOSAL = "/evaluation/api/v1/proposals/{proposal}"
DESIGNATION = "/designations/{number}"

PAGES: Mapping[str, str] = {
    "units.unit_declared": UNIT,
    "units.development_started": UNIT,
    "units.progress_reported": UNIT,
    "units.proposal_submitted": PROPOSAL,
    "units.proposal_withdrawal_requested": PROPOSAL,
    "evaluation.worksheet_sealed": "/evaluation/api/v1/worksheets/{unit}/{cycle}",
    "evaluation.proposal_returned": PROPOSAL,
    "evaluation.proposal_screened": PROPOSAL,
    "evaluation.evaluators_assigned": PROPOSAL,
    "evaluation.scores_aggregated": PROPOSAL,
    "evaluation.proposal_withdrawn": PROPOSAL,
    "evaluation.concluded": PROPOSAL,
    "registry.designation_drafted": "/api/v1/drafts",
    "registry.designation_published": DESIGNATION,
    "registry.designation_revoked": DESIGNATION,
}
"""Event type → path below the public address, filled from the event."""

OPEN_REVIEWS = "/evaluation/api/v1/reviews?mine=true&state=open"


def page_for(event_type: str, role: str, data: Mapping[str, Any], base_url: str) -> str:
    """The absolute address that a recipient in `role` opens next. Raises KeyError for an event without a page."""
    path = OPEN_REVIEWS if (event_type, role) == ("evaluation.evaluators_assigned", "evaluator") else PAGES[event_type]
    return base_url.rstrip("/") + path.format_map(data)
