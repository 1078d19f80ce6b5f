"""What an operator does: the private cluster, migrations, the doctor."""

from registry.slices import Announcement

ANNOUNCEMENT = Announcement(
    commands={
        "up": "registry.commands.cluster:up",
        "down": "registry.commands.cluster:down",
        "migrate": "registry.commands.database:migrate",
        "doctor": "registry.commands.database:doctor",
        "rebuild": "registry.commands.database:rebuild",
    },
    documents=("operating.md",),
)
