"""The unified social credit code (统一社会信用代码, GB 32100-2015): 18 characters, the last of which checks the others."""

from __future__ import annotations

from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, ValidationError

from registry.errors import Invalid


def credit_code(text: str) -> str:
    """The code as it is kept. Raises Invalid, naming the check character that the other seventeen ask for."""
    plain: str = uscc.compact(text)
    try:
        return str(uscc.validate(plain))
    except InvalidChecksum as error:
        right = uscc.calc_check_digit(plain[:-1])
        raise Invalid("credit_code.check_wrong", code=plain, right=right) from error
    except ValidationError as error:
        raise Invalid("credit_code.malformed", code=plain[:40]) from error
