/*+++
title = "Of American start-ups that build on open models, 80 % use Chinese ones."
kind = "state"
said_by = "Martin Casado (Andreessen Horowitz), of those that pitch to the firm, in The Economist"
said_on = "2025-11"
source = "https://officechai.com/ai/80-chance-that-startups-we-see-are-using-chinese-ai-models-andreessen-horowitz-partner"
speaks_of = [2025-11-01, 2025-11-30]
refuted_by = "A share clearly under 80 % in a list of American start-ups that was drawn at random, with the models that each of them runs."
takes = "which models a random sample of American start-ups, or developers, runs in production: known to themselves and to their hosts, and published by neither"
caveats = [
  "It is a guess of one investor about those who came to him, often repeated as one about all American developers.",
]
+++*/
