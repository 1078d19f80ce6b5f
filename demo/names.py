"""Names as they are given in Hangzhou, put together from syllables: none is looked up, few will be a real place's."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import numpy as np

FIRST = "祥康文潮沈石登萍育金丽和安通益善永隆同华长董蔡谢桥锦绍凤莲桂梅杏柳枫杉松竹兰星霞香秋春清渔学书景瑞庆"
SECOND = "园宁晖鸣云英丰泰乐兴盛德贤仁福湖塘坝墩坞渡埠湾苑里源泉林峰岭石溪荷舟帆虹"
COUNTING = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三", "十四", "十五")
ALLEY_KINDS = ("弄", "巷", "里", "弄", "巷", "弄")
COMMUNITY_KINDS = ("社区", "社区", "苑社区", "桥社区", "新村社区", "坊社区")


def stems(rng: np.random.Generator) -> Iterator[str]:
    """Pairs of syllables in random order, each once; about 1,800 of them."""
    pairs = [a + b for a in FIRST for b in SECOND if a != b]
    yield from (pairs[i] for i in rng.permutation(len(pairs)))


def community_names(number: int, rng: np.random.Generator) -> list[str]:
    """That many names of communities, all different."""
    source = stems(rng)
    return [next(source) + COMMUNITY_KINDS[rng.integers(len(COMMUNITY_KINDS))] for _i in range(number)]


def numbered(base: str, taken: set[str], kinds: tuple[str, ...]) -> str:
    """The first of `base` + number + kind that is not in `taken`, which it joins. Beyond fifteen plain digits follow."""
    for kind in kinds:
        for number in ("", *COUNTING):
            if (name := f"{base}{number}{kind}") not in taken:
                taken.add(name)
                return name
    name = next(found for n in count(16) if (found := f"{base}{n}号{kinds[0]}") not in taken)
    taken.add(name)
    return name


def first_of_the_kind(base: str, taken: set[str], suffixes: tuple[str, ...]) -> str:
    """`base` with the first suffix that gives a name not in `taken`; else numbered."""
    for suffix in suffixes:
        if (name := base + suffix) not in taken:
            taken.add(name)
            return name
    return numbered(base, taken, suffixes)
