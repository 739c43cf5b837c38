/** What docs/scale.md says of a second level of coordinators. */
export const GROUPS = `Not built. Half of it needs nothing new: a verdict is right for *any* set of reports, since an unknown holder counts as live. So
a node may coordinate a group of nodes already (\`begin-round\` names them) and resolve every cycle that lies within it; what
reaches out, or is reached from outside, stays. For those cycles a second level would need:

- **A condensed report.** A group's coordinator judges its collage and passes on what it could neither condemn nor find live:
  *entries* (exports with a row of a holder outside the group), *exits* (imports of owners outside), and which entry reaches which
  exit. That is what a node reports today, exports and imports with anonymous vertices between, so its size follows the
  references that cross the border, and a strongly connected part inside is one vertex.
- **Stamps of many nodes in one report.** A row that crosses the border is judged by C1, C2, C4 and C5 on the stamps of its two
  *nodes*. So the condensed report carries, for each member with entries or exits, its incarnation, clock, and
  \`session, sent, received\` for each peer outside. Rows inside the group were judged on the same reports, and
  those that failed are roots there: what they reach is not passed on.
- **The same snapshot until the answer.** The verdict of the top names entries and the number of the condensed report. The group
  keeps the collage that the report was made of, marks it again with the entries that stayed, and condemns the rest, each
  with its \`ver\`; if it has moved on to newer reports, it must drop the answer and wait for the next.
- **Why that is as safe as one coordinator.** Reachability between entries and exits is what the condensed report keeps, and the
  stamps of every row are looked at once, at the one level where both reports are. So the union of both verdicts is the verdict of one
  coordinator on the same reports. A lost or late answer only delays.
- **Which nodes form a group** decides whether it pays: with few references across borders the top gets little. Groups must cover a
  node once for the condensed part, but may change at any time, as all of it is soft state.`
