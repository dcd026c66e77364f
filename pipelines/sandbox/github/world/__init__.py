"""What happens on the simulated GitHub. Nothing here is GraphQL, REST or HTTP.

`facts` are the plain values; `life` fills them from a cast (`crowd` is who there is; `issues`, `changes`, `forks`,
`talk` what they do), `truth` is what is true of it; `generated` makes repositories of any size for tests.
"""
