"""One plain function for each command and each event: load, decide, save."""

from services.units.handlers.accounts import register_account, sign_in
from services.units.handlers.heard import (
    record_designation,
    record_outcome,
    record_revocation,
    record_withdrawal,
    take_back_proposal,
)
from services.units.handlers.proposing import propose, record_override, request_withdrawal, settle_reservations
from services.units.handlers.registering import (
    change_cycle,
    import_institution,
    import_unit,
    open_cycle,
    record_institution_facts,
    record_unit_facts,
    register_unit,
)
from services.units.handlers.way import declare, report_progress, start_development

__all__ = [
    "change_cycle",
    "declare",
    "import_institution",
    "import_unit",
    "open_cycle",
    "propose",
    "record_designation",
    "record_institution_facts",
    "record_outcome",
    "record_override",
    "record_revocation",
    "record_unit_facts",
    "record_withdrawal",
    "register_account",
    "register_unit",
    "report_progress",
    "request_withdrawal",
    "settle_reservations",
    "sign_in",
    "start_development",
    "take_back_proposal",
]
