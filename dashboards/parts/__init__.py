"""What several pages show: profiles, answers, entities, pairs, notices, badges, and charts that no page declares.

Data passes from `dashboards.read` and `dashboards.draw` to the context of a template. A page of its own is in `pages`.
"""
