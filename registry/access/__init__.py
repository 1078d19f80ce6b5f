"""Who is asking and what they may do: accounts, passwords, scope, the access log."""

from registry.slices import Announcement

ANNOUNCEMENT = Announcement(
    roles={
        "administrator": ("管理员", "Administrator"),
        "surveyor": ("测绘员", "Surveyor"),
        "inspector": ("巡查员", "Inspector"),
        "contractor": ("养护单位", "Contractor"),
    },
    commands={"person": "registry.commands.accounts:person"},
    documents=("permissions.md",),
)
