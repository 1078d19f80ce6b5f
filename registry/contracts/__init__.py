"""Contracts: who looks after what, where, from when to when, for how much; what that covers, and what nobody covers."""

from registry.slices import Announcement

ANNOUNCEMENT = Announcement(
    roles={
        "contract_manager": ("合同管理员", "Contract manager"),
        "approver": ("审批人", "Approver"),
        "security_officer": ("安全员", "Security officer"),
        "auditor": ("审计员", "Auditor"),
    },
    documents=("contracts.md",),
    texts=("registry.contracts.texts:TEXTS",),
)
