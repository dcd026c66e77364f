/*+++
title = "Repositories"
description = "Catalogued GitHub repositories under the name they have now; former names are in staging.identity."
[columns]
repository_id = "github:<database id>, or github:<owner/name> as long as the id is not known."
full_name = "owner/name, as it is now."
entity_id = "The entity of the repository in catalogue.entity."
identity_origin = "'name' where only the name is known, 'id' where GitHub gave its id."
+++*/
CREATE OR REPLACE TABLE staging.repository AS
SELECT repository_id, name AS full_name, entity_id, 'name' AS identity_origin
FROM input_repository_name
WHERE is_current
ORDER BY repository_id;
