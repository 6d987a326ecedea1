from . import advice as advice
from . import format as format
from . import lexer as lexer
from . import outline as outline
from . import parse as parse
from . import syntax as syntax
