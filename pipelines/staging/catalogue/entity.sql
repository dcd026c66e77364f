/*+++
title = "What metrics are computed for"
description = "Repositories, projects, ecosystems, regions and layers of the catalogue."
[columns]
entity_id = "kind:slug, e.g. ecosystem:qwen; the slug stays when the name changes."
kind = "repository, project, ecosystem, region or layer."
label = "What people call it."
parent = "The entity it belongs to: a repository's project, a project's ecosystem, an ecosystem's region."
+++*/
CREATE OR REPLACE TABLE catalogue.entity AS
SELECT entity_id, kind, label, parent FROM input_entity ORDER BY position;
