"""The unified social credit code (统一社会信用代码, GB 32100-2015): 18 characters, the last of which checks the others."""

from __future__ import annotations

from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, ValidationError

from registry.errors import Invalid
from registry.i18n import _


def credit_code(text: str) -> str:
    """The code as it is kept. Raises Invalid, naming the check character that the other seventeen ask for."""
    plain: str = uscc.compact(text)
    try:
        return str(uscc.validate(plain))
    except InvalidChecksum as error:
        right = uscc.calc_check_digit(plain[:-1])
        raise Invalid(
            _("统一社会信用代码“%(code)s”有误：前 17 位对应的校验码是 %(right)s。", code=plain, right=right),
            _("对照营业执照逐位核对。"),
        ) from error
    except ValidationError as error:
        raise Invalid(
            _("“%(code)s”不是统一社会信用代码。", code=plain[:40]),
            _("18 位，由数字和大写字母组成（不含 I、O、Z、S、V）。"),
        ) from error
