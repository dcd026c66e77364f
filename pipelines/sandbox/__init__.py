"""A simulated world with known truth, and loopback servers that speak the real protocols.

`world.write(folder)` makes the world, `recorded.recording(folder)` reads a folder of recorded real data. Both give days
to run on, a Hub for each (`hub_for(day)`, served by `hub.HubServer`), and the environment of a run
(`environment(endpoint, day)`). Data leaves over 127.0.0.1 and file:// only, and only as the settings lead there.

    world ── history, git_writer    repositories          hub ── hub_models   queries over rows
          ├─ counters               rankings                  └─ hub_faults   what can go wrong
          ├─ families, hub_days     the Hub's models
          └─ truth                  what metrics are held against
"""
