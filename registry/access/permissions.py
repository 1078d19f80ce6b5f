"""What a role may allow. Which role holds which permission is data: `registry.role_permission`."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """A right in one district. The row policies ask for the same names (`registry.districts_with`)."""

    ASSET_READ = "asset:read"
    ASSET_WRITE = "asset:write"
    CONTRACT_READ = "contract:read"
    CONTRACT_WRITE = "contract:write"
    CONTRACT_APPROVE = "contract:approve"
    PRICE_READ = "price:read"
    WORK_READ = "work:read"
    WORK_REVIEW = "work:review"
    FINDING_READ = "finding:read"
    FINDING_WRITE = "finding:write"
    STATEMENT_READ = "statement:read"
    STATEMENT_MAKE = "statement:make"
    STATEMENT_APPROVE = "statement:approve"
    PERSON_CONTACT = "person:contact"
    LOG_READ = "log:read"
    AUDIT_READ = "audit:read"
    GRANT_WRITE = "grant:write"
