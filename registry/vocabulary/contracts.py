"""Words of contracts, of their records and of the changes of these."""

from registry.vocabulary.changes import Action
from registry.vocabulary.word_list import Vocabulary


class Kind(Vocabulary):
    """A kind of record, in an order in which none refers to a later one. Each is a table of its own name."""

    PARTY = "party", "单位", "Organisation"
    CONTRACT = "contract", "合同", "Contract"
    TERM = "term", "合同期", "Contract term"
    SUPPLEMENT = "supplement", "补充协议", "Supplementary agreement"
    CONTRACT_SUM = "contract_sum", "合同金额", "Contract sum"
    LOT = "lot", "标段", "Lot"
    ZONE = "zone", "责任区", "Zone"
    ZONE_RULE = "zone_rule", "责任区规则", "Zone rule"
    BILL_LINE = "bill_line", "清单项目", "Bill line"
    ZONE_ITEM = "zone_item", "责任区点名资产", "Asset named in a zone"
    WORKER = "worker", "工人", "Worker"
    WORKER_CONTACT = "worker_contact", "工人联系方式", "Worker's contact"
    CREW = "crew", "班组", "Crew"
    CREW_MEMBER = "crew_member", "班组成员", "Crew member"
    CREW_LOT = "crew_lot", "班组所在标段", "Lot of a crew"
    TASK_RULE = "task_rule", "作业频次", "Frequency of work"
    SCHEME = "scheme", "考核办法", "Assessment scheme"
    DUTY = "duty", "职责", "Duty"
    GUIDE_PRICE = "guide_price", "指导价", "Guide price"
    DOCUMENT = "document", "文件", "Document"


class Subject(Vocabulary):
    """What a change set changes (`change_set.subject`)."""

    ASSET = "asset", "资产", "Assets"
    RECORD = "record", "合同等记录", "Contracts and other records"


class RecordAction(Vocabulary):
    """What a change does to its record (`record_change.action`)."""

    ADD = "add", Action.ADD.zh, Action.ADD.en
    UPDATE = "update", "修改", "Altered"
    VOID = "void", "作废", "Voided"
    CONFLICT = "conflict", Action.CONFLICT.zh, Action.CONFLICT.en


class RecordMatch(Vocabulary):
    """How a given row was recognised as a record (`record_change.matched_by`)."""

    ID = "id", "内部编号", "Internal number"
    KEY = "key", "关键字段", "Key fields"
    NAME = "name", "名称", "Name"
    PERSON = "person", "人工判断", "Decided by a person"


class PartyKind(Vocabulary):
    """What a party is (`party.kind`)."""

    COMPANY = "company", "企业", "Company"
    DEPARTMENT = "department", "部门", "Department"
    OTHER = "other", "其他", "Other"


class ContractKind(Vocabulary):
    """Who looks after what a contract is about (`contract.kind`)."""

    SERVICE = "service", "委托养护", "Maintenance by a contractor"
    IN_HOUSE = "in_house", "甲方自养", "By the purchaser"
    OWNER = "owner", "权属单位自养", "By the owner"


class ContractState(Vocabulary):
    """How far a contract is (`contract.state`)."""

    DRAFT = "draft", "草稿", "Draft"
    AGREED = "agreed", "已签订", "Agreed"
    TERMINATED = "terminated", "已终止", "Terminated"


class TermKind(Vocabulary):
    """What a term is (`term.kind`)."""

    BASE = "base", "首期", "First term"
    RENEWAL = "renewal", "续签", "Renewal"
    EXTENSION = "extension", "延期", "Extension"


class TermState(Vocabulary):
    """Whether a term holds (`term.state`)."""

    OPTION = "option", "可续签", "Option"
    AGREED = "agreed", ContractState.AGREED.zh, ContractState.AGREED.en
    DECLINED = "declined", "不续签", "Declined"


class SumKind(Vocabulary):
    """What an amount of a contract is (`contract_sum.what`)."""

    AWARD = "award", "中标价", "Award"
    TOTAL = "total", "合同总价", "Contract total"
    BOND = "bond", "履约保证金", "Performance bond"
    CEILING = "ceiling", "控制价", "Ceiling price"
    TERM = "term", "本期金额", "Amount of a term"
    SUPPLEMENT = "supplement", "补充协议增减额", "Amount of a supplementary agreement"


class Edge(Vocabulary):
    """What becomes of an asset on the edge of a zone (`zone.edge`)."""

    SPLIT = "split", "按长度或面积分割", "Split by measure"
    MIDPOINT = "midpoint", "中点所在一方全管", "Whole, by its middle"


class Effect(Vocabulary):
    """Whether a rule or an item covers (`zone_rule.effect`, `zone_item.effect`)."""

    COVER = "cover", "列入", "Covered"
    EXCEPT = "except", "除外", "Excepted"


class BillPer(Vocabulary):
    """How often a bill line is paid (`bill_line.per`)."""

    YEAR = "year", "每年", "A year"
    MONTH = "month", "每月", "A month"
    TIME = "time", "每次", "Each time"
    TERM = "term", "每期", "A term"


class LineKind(Vocabulary):
    """How the price of a bill line is meant (`bill_line.kind`)."""

    UNIT = "unit", "综合单价", "Unit price"
    LUMP = "lump", "总价包干", "Lump sum"
    PROVISIONAL = "provisional", "暂列金额", "Provisional sum"


class Basis(Vocabulary):
    """What of the assets the quantity of a bill line counts (`bill_line.basis`)."""

    LENGTH = "length", "长度", "Length"
    AREA = "area", "面积", "Area"
    PIECE = "piece", "数量", "Pieces"
    LENGTH_WIDTH = "length_width", "长度乘以宽度", "Length times width"
    NONE = "none", "不按资产计量", "Not by assets"


class TaskPer(Vocabulary):
    """In which time a task is due so many times (`task_rule.per`)."""

    DAY = "day", "每日", "A day"
    WEEK = "week", "每周", "A week"
    MONTH = "month", BillPer.MONTH.zh, BillPer.MONTH.en
    QUARTER = "quarter", "每季度", "A quarter"
    YEAR = "year", BillPer.YEAR.zh, BillPer.YEAR.en


class DoneTo(Vocabulary):
    """What a task is done to (`task_rule.done_to`)."""

    ASSET = "asset", "每项资产", "Each asset"
    LOT = "lot", "整个标段", "The lot"


class TaskProposal(Vocabulary):
    """What a finished task proposes for its asset (`task_kind.proposes`)."""

    INSTALL = "install", "新装", "Install"
    REPLACE = "replace", "更换", "Replace"
    REMOVE = "remove", "拆除", "Remove"
    STATE = "state", "状态变更", "Change of state"


class Post(Vocabulary):
    """What a contractor's person is in the company (`affiliation.role`)."""

    LEAD = "lead", "负责人", "Lead"
    CREW = "crew", Kind.CREW_MEMBER.zh, Kind.CREW_MEMBER.en


COLUMNS = {
    "change_set.subject": Subject,
    "record_change.kind": Kind,
    "record_change.action": RecordAction,
    "record_change.matched_by": RecordMatch,
    "record_version.kind": Kind,
    "party.kind": PartyKind,
    "contract.kind": ContractKind,
    "contract.state": ContractState,
    "term.kind": TermKind,
    "term.state": TermState,
    "contract_sum.what": SumKind,
    "zone.edge": Edge,
    "zone_rule.effect": Effect,
    "zone_item.effect": Effect,
    "bill_line.per": BillPer,
    "bill_line.kind": LineKind,
    "bill_line.basis": Basis,
    "task_rule.per": TaskPer,
    "task_rule.done_to": DoneTo,
    "task_kind.proposes": TaskProposal,
    "affiliation.role": Post,
}
