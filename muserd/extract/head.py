"""What the head of a note says, whatever notation it is in."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from muserd.extract.dates import parse_moment
from muserd.extract.moments import Moment
from muserd.extract.tags import clean_tags

# The same words in the languages that most people of these programs write.
_TITLES = (
    *("title", "subject", "titel", "titre", "título", "titulo", "titolo", "tytuł", "заголовок"),
    *("название", "标题", "標題", "タイトル", "제목", "başlık", "headline"),
)
_DATES = (
    *("date", "created", "datecreated", "createdat", "createdtime", "createdon", "createddate"),
    *("usercreatedtime", "creationdate", "creationtime", "creationdatetime", "createdatetime"),
    *("published", "publishdate", "pubdate", "publishedat", "datepublished", "publisheddate"),
    *("datetime", "timestamp", "day", "journalday", "createtime", "createdate", "written"),
    *("journaldate", "notedate", "dccreated", "dctermscreated", "dcdate", "dcissued", "dgcreated"),
    *("dateposted", "posted", "postdate", "postedat", "eventdate", "datetaken", "issued", "time"),
    *("creation", "notecreated", "birthtime", "ctime", "start", "when", "datum", "fecha", "data"),
    *("дата", "создано", "日期", "日付", "创建时间", "날짜", "tarih", "dato", "erstellt", "year"),
    *("dtstart", "startdate", "entrydate", "recorded", "captured", "dateadded", "addedon", "added"),
    *("firstpublished", "erstelltam", "erstelldatum", "creado", "fechadecreación"),
    *("fechadecreacion", "créé", "crééle", "datedecréation", "datadicreazione", "creato", "criado"),
    *("criadoem", "datadecriação", "datacriacao", "utworzono", "datautworzenia", "vytvořeno"),
    *("létrehozva", "dátum", "oluşturmatarihi", "skapad", "opprettet", "oprettet", "aangemaakt"),
    *("luotu", "luontipäivä", "датасоздания", "создан", "написано", "створено", "ημερομηνία"),
    *(
        "創建日期",
        "创建日期",
        "建立日期",
        "創建時間",
        "建立時間",
        "作成日",
        "作成日時",
        "생성일",
        "작성일",
    ),
    *("תאריך", "تاريخ", "التاريخ", "दिनांक", "तारीख", "วันที่", "ngày", "tanggal"),
)
_CHANGES = (
    *("modified", "updated", "datemodified", "dateupdated", "modifiedat", "updatedat", "lastmod"),
    *("lastmodified", "lastupdated", "modifieddate", "updateddate", "userupdatedtime", "edited"),
    *("lastedited", "lasteditedtime", "updatedtime", "modifiedtime", "datelastmodified", "mtime"),
    *("dctermsmodified", "dgupdated", "geändert", "更新日期", "更新時間", "更新时间", "更新日"),
    *("geändertam", "modificado", "modifié", "modificato", "изменено", "обновлено", "修改日期"),
    *("修改时间", "修改時間", "更新日時", "수정일"),
)
_TAGS = (
    *("tags", "tag", "keywords", "keyword", "filetags", "roamtags", "labels", "topics"),
    *("schlagwörter", "schlagworte", "stichwörter", "etiquetas", "étiquettes", "motsclés"),
    *("теги", "тэги", "метки", "标签", "標籤", "タグ", "태그", "etiketler", "tagi", "trefwoorden"),
    "categories",
)
_LANGUAGES = ("lang", "language", "sprache", "langue", "idioma")
_SEPARATORS = re.compile(r"[\s_.-]+")
KNOWN_KEYS = frozenset(
    (
        *(*_TITLES, *_DATES, *_CHANGES, *_TAGS, *_LANGUAGES, "category", "taxonomies"),
        *("author", "authors", "aliases", "alias", "slug", "draft", "layout", "summary", "id"),
        *("description", "permalink", "publish", "cssclass", "cssclasses", "status", "weight"),
        *("type", "uid"),
    )
)
"""Keys that tell a head from prose, as `bare_key` has them."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a note says of itself; empty or None where it is silent.

    Attributes:
        moment: when it was written, or the day that it is about.
        changed: when it was changed last.
        values: everything that the head says, in its order: key as written → value.
    """

    title: str = ""
    moment: Moment | None = None
    changed: Moment | None = None
    tags: tuple[str, ...] = ()
    language: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


def head_of(values: Mapping[str, Any]) -> Head:
    """The head that these keys make, whatever case and notation they are in."""
    keys = {bare_key(str(key)): value for key, value in values.items()}
    for inner in ("taxonomies", "extra", "metadata", "params"):
        nested = keys.get(inner)
        if isinstance(nested, dict):
            keys = {bare_key(str(key)): value for key, value in nested.items()} | keys
    return Head(
        title=next(filter(None, (_one_line(keys.get(key)) for key in _TITLES)), ""),
        moment=_first_moment(keys, _DATES),
        changed=_first_moment(keys, _CHANGES),
        tags=next(filter(None, (clean_tags(keys.get(key)) for key in _TAGS)), ()),
        language=next(filter(None, (_language(keys.get(key)) for key in _LANGUAGES)), ""),
        values=dict(values),
    )


def merged_heads(first: Head, second: Head) -> Head:
    """One head of two; what the first one says wins."""
    return Head(
        title=first.title or second.title,
        moment=first.moment or second.moment,
        changed=first.changed or second.changed,
        tags=first.tags or second.tags,
        language=first.language or second.language,
        values={**second.values, **first.values},
    )


def bare_key(key: str) -> str:
    """`Date created`, `date_created` and `dateCreated` are one key: `datecreated`."""
    return _SEPARATORS.sub("", key.strip().lower())


def _first_moment(keys: Mapping[str, Any], names: Iterable[str]) -> Moment | None:
    for name in names:
        if name not in keys:
            continue
        value = _unnested(keys[name])
        depth = 0
        while isinstance(value, list) and len(value) == 1:
            value, depth = value[0], depth + 1
        if depth > 1 and isinstance(value, str):
            value = f"[[{value}]]"  # a wiki link to people, lists to YAML
        if isinstance(value, dict):
            value = value.get("created") or value.get("date")
        if (moment := parse_moment(value)) is not None:
            return moment
    return None


def _unnested(value: Any) -> Any:
    """A wiki link with a comma is a list in a list to YAML: `[[Mar 5th, 2024]]`."""
    inner = value[0] if isinstance(value, list) and len(value) == 1 else None
    if isinstance(inner, list) and len(inner) > 1 and all(isinstance(one, str) for one in inner):
        return ", ".join(inner)
    return value


def _one_line(value: object) -> str:
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        return " ".join(str(value).split())[:300]
    return ""


def _language(value: object) -> str:
    found = re.match(r"[A-Za-z]{2,3}(?=$|[-_])", value) if isinstance(value, str) else None
    return found.group().lower() if found else ""
