"""The step that draws pages: all of them, or those that a run asks for, each an asset of its own.

What all pages share is one more asset, upstream of them. (Dagster reads annotations when it decorates: this module does
without postponed ones.)
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    MaterializeResult,
    MetadataValue,
    multi_asset,
)

from dashboards import pages
from dashboards.write import site
from pipelines.orchestration.assets.outcomes import Outcomes
from pipelines.orchestration.assets.published import PUBLISHED
from pipelines.orchestration.assets.sources import OWNERS
from pipelines.orchestration.automation import when_changed
from pipelines.orchestration.installation import SHARED, Installation
from pipelines.orchestration.locks import WAREHOUSE


@dataclass(frozen=True)
class SiteAsset:
    """One page, or what all pages share.

    Attributes:
        slug: its name.
        spec: what Dagster knows of its asset.
        draw: makes it; returns its file.
    """

    slug: str
    spec: AssetSpec
    draw: Callable[[Installation], Path]


def assets_of_site() -> AssetsDefinition:
    """`[dashboards, slug]` of every page, and `[dashboards, assets]`."""
    site_assets = [_shared(), *(_page(slug) for slug in pages.load())]

    @multi_asset(
        name="pages",
        description="Draws the pages that do not show the publication yet.",
        specs=[site_asset.spec for site_asset in site_assets],
        can_subset=True,
        required_resource_keys={WAREHOUSE},
    )
    def drawn(context: AssetExecutionContext) -> Iterator[MaterializeResult[Any]]:
        yield from _draw_selected(context, getattr(context.resources, WAREHOUSE), site_assets)

    return drawn


def _shared() -> SiteAsset:
    text = "The one script bundle, the styles and the scripts that all pages share."
    return SiteAsset(
        SHARED, _spec(SHARED, text, PUBLISHED), lambda installation: site.build_shared(installation.site)[0]
    )


def _page(slug: str) -> SiteAsset:
    page = pages.load()[slug]
    spec = _spec(slug, f"**{page.title}.** {page.lead}", AssetKey(["dashboards", SHARED]))
    return SiteAsset(
        slug,
        spec,
        lambda installation: site.build_page(
            installation.settings.published, installation.site, slug, installation.reader
        ),
    )


def _spec(slug: str, description: str, upstream: AssetKey) -> AssetSpec:
    return AssetSpec(
        AssetKey(["dashboards", slug]),
        description=description,
        group_name="dashboards",
        kinds={"altair", "html"},
        deps=[upstream],
        owners=OWNERS,
        automation_condition=when_changed,
    )


def _draw_selected(
    context: AssetExecutionContext, installation: Installation, site_assets: Sequence[SiteAsset]
) -> Iterator[MaterializeResult[Any]]:
    """The step: draw the pages that the run selects, then fail if something failed."""
    outcomes = Outcomes()
    publication = installation.warehouse().publication_id
    for site_asset in site_assets:
        key = site_asset.spec.key
        if key not in context.selected_asset_keys:
            continue
        if outcomes.skips(key, (dep.asset_key for dep in site_asset.spec.deps)):
            context.log.warning("%s is skipped: what it is made from failed.", site_asset.slug)
            continue
        installation.reporter("drawing", 0, 0, site_asset.slug)
        try:
            metadata = _draw(installation, site_asset, publication)
        except Exception as error:  # one page's surprise must not stop the others; it is shown with its trace
            context.log.exception("%s failed.", site_asset.slug)
            outcomes.failed[key] = f"{type(error).__name__}: {error}"
            continue
        yield MaterializeResult(asset_key=key, metadata=metadata)
    outcomes.raise_if_any_failed()


def _draw(installation: Installation, site_asset: SiteAsset, publication: str) -> dict[str, Any]:
    started = perf_counter()
    if installation.page_is_drawn(site_asset.slug, publication):
        return {"changed": MetadataValue.bool(False)}
    path = site_asset.draw(installation)
    installation.mark_drawn(site_asset.slug, publication)
    return {
        "changed": MetadataValue.bool(True),
        "seconds": MetadataValue.float(round(perf_counter() - started, 3)),
        "path": MetadataValue.path(str(path)),
    }
