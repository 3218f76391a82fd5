from harness.command import Command, fail, output
from loadtests.choosing import page, runs
from loadtests.runner.record import RecordError

app = Command("just choosing")

HELP = f"""Write docs/choosing.md, the page for whoever has to choose, and its pictures.

It is made of the newest published run of each of these plans; a run is
published when it is part of the repository: git add --force results/RUN

  {", ".join(plan for plan in runs.PLANS if plan != "attribution_before")}

Only efficiency has to be there; what another would tell is left out until it
is measured: just bench --plan PLAN. After a new run the page has to be written
again, which `just test-tools` looks at."""


@app.function(HELP)
def main() -> None:
    try:
        found = runs.read(runs.published())
    except RecordError as error:
        fail(str(error))
    for plan, source in found.by_plan.items():
        output.print(f"{plan.replace('_', ' ')}: {source.results.name}", soft_wrap=True)
    if missing := [plan for plan in runs.PLANS if plan not in found.by_plan]:
        output.print(f"Not measured yet, and left out: {', '.join(missing)}", soft_wrap=True)
    with output.status("Reading the runs ..."):
        page.write(found)
    output.print("The page: docs/choosing.md")


if __name__ == "__main__":
    app.run()
