/*+++
title = "Adoption momentum, model by model"
question = "Is this model on its way to the ten most downloaded of its size?"
unit = "ratio to the tenth"
definition = """
The relative adoption metric of the ATOM Report, edition 2026-Q2: downloads of a model until `t` days after its release
divided by those of the tenth most downloaded at the same age among the catalogued models of its size class that were
observed at that age, itself included; t = 7, 30, 90 and 180. Above 1 it is on track for the top ten. The release is the
day of creation on the Hub; the count at an age is that of a snapshot on the day, or between two snapshots on a straight
line, if one of them lies within min(3 days, 0.1 t); at its release it is 0. Size classes by total parameters: under 1,
1-5, 5-10, 10-50, 50-100, 100-250, and 250 thousand million or more. `period` is the month of release, `series` names age
and model. `n` is the number of peers.
"""
source = "ATOM Report, edition 2026-Q2: https://arxiv.org/abs/2604.07190"
caveats = [
  "The tenth is that of the catalogue, not of the Hub: who catalogues more models of a size raises it.",
  "A repository may be created, and stay empty or private, before its release: its age is then too high.",
  "Peers are of all years: an age is compared, not a date, and the Hub's traffic grows.",
]

[columns]
model_id = "the model"
model = "its name, as last seen"
size_class = "size class by total parameters; NULL where they are not known"
age = "days since release"
downloads = "downloads until that age"
tenth = "those of the tenth of its size class at that age"
earlier = "the earlier edition's ratio: downloads / median of the ten most downloaded"
+++*/
SELECT
    m.entity_id,
    metrics.month_of(r.released) AS period,
    concat('age:', CAST(r.age AS VARCHAR), ' model:', r.model_id) AS series,
    r.ratio AS value,
    r.peers AS n,
    NULL AS low,
    NULL AS high,
    r.ratio IS NOT NULL AS complete,
    r.reason,
    metrics.small(r.ratio, r.peers) AS flag,
    r.model_id,
    r.name AS model,
    r.size_class,
    CAST(r.age AS INTEGER) AS age,
    r.downloads,
    r.tenth,
    r.earlier_ratio AS earlier
FROM metrics.model_momentum() AS r
JOIN catalogue.membership AS m
    ON m.subject_id = r.model_id AND metrics.is_member(r.released, m.valid_from, m.valid_to)
