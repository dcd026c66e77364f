"""A Hub-wide listing as Parquet, from the file to sums by organisation and the roots of all families, at four lengths.

Generated with the columns of public statistics of the Hub: half of the models name a base, in trees up to 12 deep.
Fetching into the lake, merging and building are in the figures; each length is read in a process of its own.

Run: `python -m benchmarks.hub_listing`. Prints Markdown.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import duckdb

from benchmarks.measure import MIB, child, machine, table, verdict, versions

LENGTHS = (100_000, 500_000, 1_000_000, 2_500_000)
TARGET_S, TARGET_MIB = 60, 4_096
LEVELS = 13
ROWS = f"""
CREATE TABLE model AS
SELECT i, CASE WHEN hash(i) % 2 = 0 THEN 0 ELSE (hash(i * 9) % {LEVELS})::INTEGER END AS level,
    row_number() OVER (PARTITION BY level ORDER BY i) - 1 AS place,
    format('maker-{{}}/model-{{}}', (pow(hash(i * 5) % 1000003, 2) / 1000003)::BIGINT % 300000, i) AS id
FROM range(?) AS t(i);
CREATE TABLE size AS SELECT level, count(*) AS models FROM model GROUP BY level;
CREATE TABLE base AS
SELECT child.i, list(parent.id ORDER BY parent.id) AS ids
FROM model AS child
JOIN size ON size.level = child.level - 1
CROSS JOIN (VALUES (7, 100), (11, 2)) AS draw(seed, percent)
JOIN model AS parent ON parent.level = child.level - 1 AND parent.place = hash(child.i * draw.seed) % size.models
WHERE hash(child.i * 31) % 100 < draw.percent
GROUP BY child.i;
"""
WRITTEN = """
COPY (
    SELECT
        lpad(to_hex(hash(i * 3)), 24, '6') AS _id, id, split_part(id, '/', 1) AS author, NULL::VARCHAR AS cardData,
        FALSE AS disabled, FALSE AS gated,
        TIMESTAMP '2022-03-02' + to_hours(level * 2000 + (hash(i * 3) % 1900)::INTEGER) AS createdAt,
        createdAt + INTERVAL 3 DAY AS lastModified,
        (hash(i * 13) % 1000)::BIGINT AS downloads, (hash(i * 17) % 100000)::BIGINT AS downloadsAllTime,
        (hash(i * 19) % 50)::BIGINT AS likes, 0::DOUBLE AS trendingScore, 'text-generation' AS pipeline_tag,
        'transformers' AS library_name,
        ['transformers', 'safetensors', 'text-generation', 'license:apache-2.0', 'region:us']
            || list_transform(coalesce(ids, []), lambda x: 'base_model:' || x)
            || list_transform(coalesce(ids, []), lambda x: 'base_model:' || kind || ':' || x) AS tags,
        CASE WHEN ids IS NOT NULL THEN {{
            'relation': kind, 'models': list_transform(ids, lambda x: {{'_id': md5(x)[:24], 'id': x}})
        }} END AS baseModels,
        {{'parameters': {{'BF16': 7000000000}}, 'total': 7000000000}} AS safetensors
    FROM model LEFT JOIN base USING (i),
        LATERAL (SELECT CASE WHEN len(ids) > 1 THEN 'merge' ELSE ['finetune', 'adapter', 'quantized'][1 + (i % 3)] END)
            AS relation(kind)
) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
"""


def generated(folder: Path, models: int) -> Path:
    """A listing of that many models."""
    path = folder / f"models-{models}.parquet"
    with duckdb.connect() as connection:
        for statement in connection.extract_statements(ROWS):
            connection.execute(statement, [models] if "?" in statement.query else [])
        connection.execute(WRITTEN.format(path=path))
    return path


def main() -> None:
    """Measure and print."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="ecotone-bench-") as text:
        for models in LENGTHS:
            print(f"  {models:,} models", file=sys.stderr)
            path = generated(Path(text), models)
            answer = child("hub_listing.py", str(Path(text) / f"home-{models}"), str(path))
            if answer["rows"] != models:
                raise RuntimeError(f"{answer['rows']:,} of {models:,} models arrived")
            rows.append((models, path.stat().st_size, answer))
            path.unlink()
    print("## The whole Hub, from a listing\n")
    print(f"{machine()}; {versions('duckdb', 'pyarrow')}. One run each.\n")
    shown = [
        (
            *(f"{models:,} models", f"{size / MIB:.0f}", f"{answer['fetched_s']:.1f}", f"{answer['built_s']:.1f}"),
            *(f"{answer['seconds']:.1f}", f"{answer['peak_bytes'] / MIB:.0f}", f"{answer['roots']:,}"),
        )
        for models, size, answer in rows
    ]
    print(table(("", "file MiB", "s to the lake", "s to shares and lineage", "s in all", "peak MiB", "roots"), shown))
    _models, _size, last = rows[-1]
    took, peak = last["seconds"], last["peak_bytes"] / MIB
    print(f"\n- {LENGTHS[-1]:,} models: **{took:.0f} s** ({verdict(took < TARGET_S, f'under {TARGET_S} s')})")
    print(
        f"- peak of the whole process: **{peak:.0f} MiB** ({verdict(peak < TARGET_MIB, f'under {TARGET_MIB:,} MiB')})"
    )


if __name__ == "__main__":
    main()
