"""Guesses a text's character set if the declared one can't be right and exactly one other can.

Only for display: what is sent stays unchanged. A guess must leave no doubt: the bytes are strictly
valid, the text is plausible, and no other reading is. Chinese, Korean and Japanese encodings
overlap, so a name must also begin with a family name of its language. They accept most alphabetic
text, too: bytes that may be words of an alphabet must decode to characters that are usual in names
and descriptions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Final

from gantry.engine.intake.header import tags
from gantry.engine.intake.header.alphabets import may_be_words
from gantry.engine.intake.header.values import Value, as_text

UTF8: Final = "UTF-8"
_NAMES: Final = {"gb18030": "GBK", "euc_kr": "EUC-KR", "shift_jis": "Shift-JIS"}
_SINGLE_BYTE: Final = frozenset({"", "ISO_IR 6", "ISO_IR 100", "ISO 2022 IR 6", "ISO 2022 IR 100"})
_HIGH_RUN: Final = re.compile(rb"[\x80-\xff]+")
_C1: Final = re.compile(rb"[\x80-\x9f]")
# Latin-1 bytes that are not letters: no word contains them
_SYMBOL: Final = re.compile(rb"[\x80-\xbf\xd7\xf7]")
_ASCII_LETTER: Final = re.compile(rb"[A-Za-z]")

_CHINESE_NAMES: Final = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕"
    "丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱"
    "戴严莫孔向常汤康易乔赖文洪季安葛柳施庄牛舒俞柯尚左柴梅童温齐祝路欧阳关宁鲁翟伍涂申岳兰倪辛管"
    "焦骆柏章辜盛鲍游成费纪裴席卜屈项车耿詹司马上官诸葛古翁谷阮耿麦池甘桂单边苗凌费靳米祁宫兰冷樊符"
)
_CHINESE_WORDS: Final = frozenset(
    "头颅脑颈胸腹部盆腔脊柱腰椎膝关节肩髋踝腕肘肝胆胰脾肾上腺甲状腺乳心脏冠肺鼻窦眼眶耳垂体海马平扫增"
    "强扫描检查磁共振成像轴位冠状矢状面动脉静脉延迟期三维重建薄层骨窗软组织血管造影定位像左右侧双前后正"
    "斜张口全身弥散灌注序列对比剂计算机断层影超声彩色多普勒放射科医院中心常规注射手足指趾臂腿下中大小"
)
_CHINESE_GIVEN: Final = frozenset(
    "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂兰玉红梅华建国志文辉力永健世广义兴良海山仁波宁贵福生龙元全胜学祥"
    "才发武新利清飞彬富顺信子春成康星光天达安岩中茂进林有坚和彪博诚先敬震振壮会思群豪心邦承乐绍功松善厚庆民友裕河哲"
    "江浩亮政谦亨奇固之翰朗伯宏言若鸣朋斌梁栋维启克伦翔旭鹏泽晨辰士以家致树炎德行时泰盛雄琛钧冠策腾楠榕风航弘雅琴慧"
    "巧美娥莲云素真环雪荣爱妹香月莺媛珊莎青倩婷婉娴瑾颖露瑶怡雁仪荷丹蓉君蕊薇菁梦岚筠柔竹凝晓欢枫芸菲寒欣小东大玲莉"
    "萍燕琳凤洁淑珍金少俊佳一嘉宇鑫帆坤凯阳正晶三四五雨雷轩涵悦璐畅丰连长昌根来水木火石田银宝珠巧芬芝英惠贤贞"
)
_MARKS: Final = "\u3000\u3001\u3002\u3010\u3011"
_KOREAN_NAMES: Final = frozenset(
    "김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구나민진지엄채원천"
)
_KOREAN_GIVEN: Final = frozenset(
    "민서준지현우영수진은경미정성호희선혜연주철재승태기상종동인숙순옥자광명훈석용원유나라하윤아예도환규찬빈혁일이중대국남"
    "화춘말분복덕길만병학창홍식섭열근범건시율후결채율온솔별빛소가다란림애양향월심금란실례보해세효"
)
# What UTF-8 is trusted with: European letters, Hebrew, Arabic, Thai, East Asian scripts
_WRITTEN: Final = re.compile(
    "[\u00a0-\u017f\u0218-\u021b\u0386-\u03ce\u0400-\u045f\u0490\u0491\u05d0-\u05ea\u0621-\u064a"
    "\u067e-\u06cc\u0e01-\u0e4d\u1e00-\u1eff\u2010-\u2026\u20ac\u3000-\u30ff\u4e00-\u9fff"
    "\uac00-\ud7a3\uff01-\uff9f]+"
)
# Of two scripts, where a letter is of one
_MIXED: Final = re.compile("[A-Za-z][\u0386-\u045f]|[\u0386-\u045f][A-Za-z]")
_COMMON_HAN: Final = re.compile("[\u4e00-\u9fff]")


def guessed(texts: Iterable[bytes], declared: str) -> str:
    """The Python name of the character set of these values; "" for the declared one.

    Args:
        texts: raw values of one kind: names, or descriptions.
        declared: Specific Character Set, its values joined by backslashes.
    """
    values = [text for text in texts if not text.isascii()]
    if not values or any(b"\x1b" in text for text in values):
        return ""
    terms = [term.strip().upper() for term in declared.split("\\")]
    if _fits(values, terms):
        return ""
    is_latin = all(term in _SINGLE_BYTE for term in terms)
    found = []
    # continuation bytes aren't letters in Latin-1; elsewhere only control characters tell
    has_sign = is_latin or any(_C1.search(text) for text in values)
    if has_sign and all(map(_is_utf8, values)):
        found.append(UTF8)
    if is_latin or terms[0] == "ISO_IR 192":
        found += [name for name, is_it in _READINGS if all(map(is_it, values))]
    return found[0] if len(found) == 1 else ""


def read_again(raw: Mapping[int, bytes], values: MutableMapping[int, Value]) -> str:
    """Decodes texts by a guessed character set into `values`; returns its name, or "".

    A name is judged by its own bytes alone, so that a patient has the same name in all files.
    Identifiers stay as they are.
    """
    declared = raw.get(tags.CHARACTER_SET, b"").rstrip(b"\0 ").decode("latin-1")
    used = ""
    for tag in (tags.PATIENT_NAME, tags.STUDY_DESCRIPTION, tags.SERIES_DESCRIPTION):
        text = raw.get(tag, b"")
        if text.isascii():
            continue
        charset = guessed([text], declared)
        if not charset and used and _decoded(text, used) is not None:
            charset = used
        if charset:
            used = used or charset
            values[tag] = as_text(text.decode(charset, "replace")).rstrip("= ")
    return name_of(used)


def name_of(charset: str) -> str:
    """The common name of a character set that `guessed` returned."""
    return _NAMES.get(charset, charset)


def _fits(values: list[bytes], terms: list[str]) -> bool:
    """Whether the declared character set is multi-byte, and the values are valid in it."""
    python = {"ISO_IR 192": "utf-8", "GB18030": "gb18030", "GBK": "gbk", "ISO 2022 GBK": "gbk"}
    name = python.get(terms[0])
    return name is not None and all(_decoded(text, name) is not None for text in values)


def _decoded(text: bytes, charset: str) -> str | None:
    try:
        return text.decode(charset)
    except UnicodeDecodeError:
        return None


def _foreign(text: str) -> str:
    return "".join(letter for letter in text if not letter.isascii())


def _no_latin(text: bytes) -> bool:
    """Whether it can't be Latin-1, where accented letters occur singly among plain ones."""
    for run in _HIGH_RUN.finditer(text):
        before, after = text[run.start() - 1 : run.start()], text[run.end() : run.end() + 1]
        among = _ASCII_LETTER.match(before) or _ASCII_LETTER.match(after)
        if not _SYMBOL.search(run[0]) and (among or len(run[0]) < 2):
            return False
    return True


def _is_utf8(text: bytes) -> bool:
    read = _decoded(text, "utf-8")
    if read is None or _MIXED.search(read):
        return False
    return _WRITTEN.fullmatch(_foreign(read)) is not None


def _is_chinese(text: bytes) -> bool:
    read = _decoded(text, "gb18030")
    if read is None or not _no_latin(text):
        return False
    letters = _foreign(read)
    han = [letter for letter in letters if _COMMON_HAN.match(letter)]
    marks = sum(letter in _MARKS or "\uff01" <= letter <= "\uff5e" for letter in letters)
    if len(han) < 2 or len(han) + marks < len(letters):
        return False
    common = sum(b"\xb0\xa1" <= letter.encode("gb18030") <= b"\xd7\xf9" for letter in han)
    if common * 3 < 2 * len(han):
        return False
    words = sum(letter in _CHINESE_WORDS for letter in han)
    if han[0] not in _CHINESE_NAMES and 2 * words < len(han):
        return False
    is_name = han[0] in _CHINESE_NAMES and _CHINESE_GIVEN.issuperset(han[1:])
    if is_name or words >= max(3, len(han) - 1):
        return True
    return not may_be_words(text) and not _is_big5(text)


def _is_big5(text: bytes) -> bool:
    """Whether it consists of Big5's frequent characters."""
    read = _decoded(text, "big5")
    return read is not None and all(
        b"\xa4\x40" <= letter.encode("big5") <= b"\xc6\x7e" for letter in _foreign(read)
    )


def _is_korean(text: bytes) -> bool:
    read = _decoded(text, "euc_kr")
    if read is None or not _no_latin(text):
        return False
    letters = _foreign(read)
    hangul = all("\uac00" <= letter <= "\ud7a3" for letter in letters)
    if not hangul or len(letters) < 2 or letters[0] not in _KOREAN_NAMES:
        return False
    return _KOREAN_GIVEN.issuperset(letters[1:]) or not may_be_words(text)


def _is_japanese(text: bytes) -> bool:
    """Kanji and kana of Shift-JIS, whose first bytes are controls in Latin-1."""
    read = _decoded(text, "shift_jis")
    if read is None or not _C1.search(text) or may_be_words(text):
        return False
    letters = _foreign(read)
    if len(letters) < 2:
        return False
    for letter in letters:
        raw = letter.encode("shift_jis")
        kana = "\u3040" <= letter <= "\u30ff" or letter == "\u3000"
        if len(raw) < 2 or not (kana or b"\x88\x9f" <= raw <= b"\x98\x72"):
            return False
    other = _decoded(text, "gb18030") or ""
    return not any(
        b"\xb0\xa1" <= letter.encode("gb18030") <= b"\xd7\xf9" for letter in _foreign(other)
    )


_READINGS: Final = (
    ("gb18030", _is_chinese),
    ("euc_kr", _is_korean),
    ("shift_jis", _is_japanese),
)
