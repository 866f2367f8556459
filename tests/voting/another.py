"""Another process of the site, with the results it keeps: each line it is sent asks for a result, each line it says is one.

`python -m tests.voting.another SLUG`, the instant to read at on each line of its input. It says the supports of each
proposition in the order of the ranking, how many wait, and how many statements it took; or why it is refused.
"""

import sys
from datetime import datetime

from consult import create_app
from consult.calendar.queries import edition
from consult.ground.refusals import Refused
from consult.voting.results import results
from tests.support.statements import count_statements

if __name__ == "__main__":
    app = create_app()
    for line in sys.stdin:
        with app.app_context(), count_statements() as sent:
            try:
                found = results(edition(sys.argv[1]), at=datetime.fromisoformat(line.strip()))
                said = f"{[each.tally.supports for each in found.ranking]} {found.waiting} {len(sent)}"
            except Refused as refused:
                said = refused.reason.value
        print(said, flush=True)
