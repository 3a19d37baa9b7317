"""The query language of both products (docs/decisions/0026): groups ORed, conditions ANDed, over parameters that are data.

A feature brings a `Catalog`, its table of parameters. What a caller sends is read against it (`conditions`), made into SQL of
columns that the catalog names and values that travel as arguments (`compiling`), and run (`running`). Routes ask `serving`, which only they import.
"""

from almoner.platform.query.columns import tell_columns
from almoner.platform.query.conditions import read_columns
from almoner.platform.query.parameters import NOW, TODAY, Catalog, Kind, Parameter, Through, alike
from almoner.platform.query.requests import ConditionBody, GroupBody, QueryBody, SelectingBody, Window
from almoner.platform.query.running import Found, run_query
from almoner.platform.query.views import QueryOptionsView, options_view

__all__ = [
    "NOW",
    "TODAY",
    "Catalog",
    "ConditionBody",
    "Found",
    "GroupBody",
    "Kind",
    "Parameter",
    "QueryBody",
    "QueryOptionsView",
    "SelectingBody",
    "Through",
    "Window",
    "alike",
    "options_view",
    "read_columns",
    "run_query",
    "tell_columns",
]
