/** Who is in a region, how alike they are, and how large each is in its network. */

/** @typedef {import('../site/space.js').Space} Space */

const TIES = 3; // per member at most

/** Members, the most central first. @param {Space} space @param {Region} region */
export function central(space, region) {
  const { columns } = space;
  const slots = [];
  for (let s = 0; s < columns.slots; s++) {
    if (columns.present(s) && columns.region[s * 3 + region.level] === region.id) slots.push(s);
  }
  const middle = columns.present(region.medoid)
    ? [columns.x[region.medoid], columns.y[region.medoid]]
    : [region.x, region.y];
  const gap = new Map(
    slots.map((s) => [s, Math.hypot(columns.x[s] - middle[0], columns.y[s] - middle[1])]),
  );
  return slots.sort((a, b) => (gap.get(a) ?? 0) - (gap.get(b) ?? 0) || a - b);
}

/** Lines between members: the nearest of each, once. @param {Space} space @param {number[]} slots */
export async function tiesOf(space, slots) {
  const index = new Map(slots.map((slot, i) => [slot, i]));
  const seen = new Set();
  const ties = [];
  const lists = await Promise.all(slots.map((slot) => space.neighbours(slot)));
  for (const [i, near] of lists.entries()) {
    let own = 0;
    for (const { slot, cosine } of near) {
      const j = index.get(slot);
      if (j === undefined || own >= TIES) continue;
      own++;
      const key = i < j ? `${i} ${j}` : `${j} ${i}`;
      if (seen.has(key)) continue;
      seen.add(key);
      ties.push({ source: i, target: j, weight: Math.max(0, Math.min(1, cosine)) });
    }
  }
  const weights = ties.map(({ weight }) => weight);
  const low = Math.min(...weights);
  const high = Math.max(...weights);
  return ties.map((tie) => ({
    ...tie,
    weight: high > low ? 0.15 + (0.85 * (tie.weight - low)) / (high - low) : 0.6,
  }));
}

/** @param {Space} space @param {number} slot @param {number} members */
export function sizeOf(space, slot, members) {
  if (space.name === 'text') return { width: 224, height: 140 };
  const side = members <= 12 ? 190 : members <= 60 ? 132 : 104;
  const ratio = space.columns.ratio(slot);
  return ratio >= 1
    ? { width: side, height: Math.round(side / ratio) }
    : { width: Math.round(side * ratio), height: side };
}
