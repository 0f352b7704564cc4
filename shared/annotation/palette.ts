/** Annotation colours, one per author: apart on grey CT and pink H&E, and for colour-blind readers. */
export const ANNOTATION_COLORS = ['#ffd166', '#4cc9f0', '#f72585', '#80ed99', '#ff9f1c', '#b8b8ff'] as const;

/**
 * One colour an author, by the order in which authors first appear in `authored`, so that it is the same after every
 * reload and in every file made of the same annotations.
 */
export function authorColors(
  authored: readonly { readonly author: { readonly id: string } }[],
): (authorId: string) => string {
  const order = new Map<string, number>();
  for (const { author } of authored) if (!order.has(author.id)) order.set(author.id, order.size);
  return (id) => ANNOTATION_COLORS[(order.get(id) ?? order.size) % ANNOTATION_COLORS.length] ?? ANNOTATION_COLORS[0];
}
