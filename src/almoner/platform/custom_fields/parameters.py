"""Fields of the organization's own as parameters of queries: columns named by ids, never by what people write."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from almoner.kernel.custom_fields import Definition, Holds
from almoner.kernel.paging import sort_name
from almoner.platform.query import Catalog, Kind, Parameter, Through, alike

_KINDS = {
    Holds.TEXT: Kind.TEXT,
    Holds.NUMBER: Kind.DECIMAL,
    Holds.DAY: Kind.DAY,
    Holds.TRUTH: Kind.TRUTH,
    Holds.OPTION: Kind.LIST,
}
_READ = {
    Holds.NUMBER: "(CASE jsonb_typeof({kept}) WHEN 'number' THEN ({text})::numeric END)",
    Holds.TRUTH: "(CASE jsonb_typeof({kept}) WHEN 'boolean' THEN ({text})::boolean END)",
    Holds.DAY: "(CASE WHEN {text} ~ '^[0-9]{{4}}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' THEN ({text})::date END)",
}
"""How values are read that are no texts. What can be none of a record's values is nothing: it keeps no other record from being found."""

_ITSELF = Through("{condition}", is_one=True)


def reserved_by(catalogs: Sequence[Catalog], name: str) -> str | None:
    """The parameter of these catalogs that is meant by this name of a field, also in another spelling; None when there is none."""
    for catalog in catalogs:
        if (parameter := catalog.called(name, {})) is not None:
            return parameter.name
    return None


def name_in_queries(catalogs: Sequence[Catalog], name: str) -> str:
    """What a field is called in queries: its name, or one of its own where a version after it brought a parameter of that name."""
    return name if reserved_by(catalogs, name) is None else f"{name} (custom field)"


def parameters(
    definitions: Sequence[Definition],
    column: str,
    through: Through | None = None,
    called: Callable[[str], str] = str,
    *,
    has_texts: bool = False,
) -> Mapping[str, Parameter]:
    """The parameters of fields whose values are in `column`, by display name and by name in lower case and as a query's names are compared, each as it is
    `called` in queries. Of old fields that differ by blanks alone each is found as it is written.

    `through` is the condition that leads to the column's table. The first condition on the column is what its index answers. With
    `has_texts` there is one of its texts too.
    """
    more: dict[str, Parameter] = {}
    written: dict[str, Parameter] = {}
    for each in definitions:
        parameter = _parameter(each, column, through or _ITSELF, called(each.display_name), has_texts)
        for name in map(called, (each.display_name, each.name)):
            more.setdefault(sort_name(name), parameter)
            written.setdefault(name.lower(), parameter)
    return more | written


def _parameter(
    definition: Definition, column: str, through: Through, name: str, has_texts: bool
) -> Parameter:
    has = f"{column} <> '{{}}' AND {column} ? '{definition.id:d}' AND ({{condition}})"
    value, read = f"({column} ->> '{definition.id:d}')", _READ.get(definition.holds)
    return Parameter(
        name=name,
        kind=_KINDS[definition.holds],
        sql=value if read is None else read.format(text=value, kept=f"({column} -> '{definition.id:d}')"),
        through=Through(through.sql.replace("{condition}", has), is_one=through.is_one),
        nullable=True,
        values=alike(*definition.options) if definition.holds is Holds.OPTION else None,
        once=definition.former_options,
        found_by=f"lower({column}::text)::jsonb @> jsonb_build_object('{definition.id:d}', {{value}})"
        if has_texts
        else None,
    )
