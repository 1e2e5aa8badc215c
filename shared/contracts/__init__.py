"""What the services have agreed to say to each other, and nothing else that they share."""

from shared.contracts.envelope import CONTENT_TYPE, decode, encode, envelope, event_id
from shared.contracts.registry import CONTRACTS, Contract, ContractBroken, contract_of

__all__ = [
    "CONTENT_TYPE",
    "CONTRACTS",
    "Contract",
    "ContractBroken",
    "contract_of",
    "decode",
    "encode",
    "envelope",
    "event_id",
]
