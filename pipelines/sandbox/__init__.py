"""A simulated world with known truth, and loopback servers that speak the real protocols.

`world.write(folder)` makes the world, `recorded.recording(folder)` reads a folder of recorded real data. Both give days
to run on, a Hub for each (`hub_for(day)`, served by `hub.HubServer`), a GitHub (`github_for(day)`, served by
`github_server.GitHubServer`; none was recorded), and the environment of a run (`environment(endpoint, day, github)`).
Data leaves over 127.0.0.1 and file:// only, and only as the settings lead there.

    world ── history, git_writer    repositories          hub ── hub_models   queries over rows
          ├─ growth, counters       stars, forks, rankings    └─ hub_faults   what can go wrong
          ├─ families, hub_days     the Hub's models
          ├─ github_life            issues, change requests, forks, stars, releases, discussions; made of
          │    github_crowd (who), github_laws (how long), github_issues, github_changes, github_forks, github_talk
          └─ truth, github_truth    what metrics are held against

    github_server   aiohttp, latency
      └─ github_answer     tokens, github_limits (budgets), github_faults
           ├─ github_execution   graphql-core over github_schema.graphql, github_cost (points), github_resolvers
           └─ github_rest        the REST paths
                └─ github_shown      a GitHubWorld as of its now: github_rows, github_threads, github_pages
                     └─ github_world     plain facts; github_generated makes them in any number for tests

A test that wants a GitHub:

    mill = generated("lowmere/mill", issues=200, stars=30)
    with GitHubServer(GitHubWorld.of([mill]), faults=chaos(seed=7)) as github:
        settings = replace(settings, github_url=github.endpoint, github_tokens=(TOKEN,))
"""
