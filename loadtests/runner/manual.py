"""What `just bench --help` says."""

HELP = """Measure services under load.

Each is started on a free port with a fresh database, filled with the
dataset, warmed up, and put through the scenarios of a plan, in every round
once and in a random order. The results go to results/RUN/. With no NAME,
everything in the plan is measured: its variants, or all services where it
has none.

[bold]Examples[/bold]

  just bench flask_sqlite               one service, in about a minute
  just bench                            all five
  just bench --plan standard            the five and their twins, 7 rounds
  just bench --plan standard flask_sqlite flask_sqlite_again --rounds 3
  just bench --plan paper               the procedure of the study
  just bench --plan efficiency          the processor time of each operation
  just bench --plan load_curve          how many requests each can take
  just bench --plan scale               what 1,500,000 rows cost
  just bench --plan durability          what it costs to wait for the disk
  just bench --plan peak                the services at their own best
  just bench --plan corrected           the study's figures, and corrected
  just bench --plan worker              one service under other workers
  just bench --plan attribution         which choice makes what difference
  just bench flask_sqlite --docker      the container of its image
  just bench flask_sqlite --against HEAD~5 --plan efficiency
                                        beside itself as it was before
  just bench --resume                   go on with the latest interrupted run
  just bench --resume RUN               or with another folder of results/

One scenario by hand, against any server that speaks the contract:

  k6 run -e BASE_URL=http://127.0.0.1:8000 loadtests/k6/load_items.js
  k6 run -e BASE_URL=http://127.0.0.1:8000 -e VUS=10 loadtests/k6/hello.js
  k6 run -e BASE_URL=http://127.0.0.1:8000 -e RATE=50 loadtests/k6/get_item.js

A plan is a file of loadtests/plans/; just tune --rank writes peak and
corrected. K6 in the environment names another k6. A sample that fails a
gate - an answer, the database, Little's law, or what runs is not as it
should be - is invalid: it is shown with the reason, and is part of no
figure. A run stays on this machine until you publish it:

  git add --force results/RUN"""
