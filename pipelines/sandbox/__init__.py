"""A simulated world with known truth, and loopback servers that speak the real protocols.

What belongs here: the demo's world, its truth (the oracle of tests), servers of it, faults by name, and servers over
recorded data. One folder = one system of the world, as in `pipelines.sources`.
What does not: anything of the pipeline. The sandbox stands outside and is reached over 127.0.0.1 and file:// only.
Data passes from `cast` (who and what there is) by `world.write(folder)` to repositories, rankings, a catalogue and the
facts that servers answer from; `recorded.recording(folder)` does the same for recorded data. Both give days to run on,
a Hub for each (`hub_for(day)`), a GitHub (`github_for(day)`, if there is one), what of them is known at all
(`listings_on(day)`), and the environment of a run.
Shared by the systems: `chance`, `times`, `people`, `laws` (how long anything takes), `faults` (of HTTP), `loopback`.

A test that wants a GitHub:

    mill = generated("lowmere/mill", issues=200, stars=30)
    with GitHubServer(GitHubWorld.of([mill]), faults=chaos(seed=7)) as github:
        settings = replace(settings, github_url=github.endpoint, github_tokens=(TOKEN,))
"""
