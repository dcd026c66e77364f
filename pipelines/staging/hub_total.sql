/*+++
title = "The whole Hub by organisation"
description = """One row an organisation on each day of which a Hub-wide listing was read: what shares of all downloads and all models are
shares of. Empty without ECOTONE_HUB_LISTING. A name without an owner counts for itself."""
[columns]
day = "The day of the listing."
organization = "The owner's name on the Hub."
models = "Its models."
derivatives = "Those of them that name a base."
downloads = "Their downloads of the last 30 days; NULL where none was told."
downloads_all_time = "Their downloads since they were created; NULL where none was told."
likes = "Their likes; NULL where none was told."
+++*/
CREATE OR REPLACE VIEW staging.hub_total AS
SELECT day, organization, models, derivatives, downloads, downloads_all_time, likes
FROM fact.hub_organization;
