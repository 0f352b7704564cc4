import { ANNOTATION_COLORS } from '#viewer/theme.ts';

/**
 * One colour an author, by the order in which authors first appear in the consultation, so that it is the same
 * after every reload and on the result page.
 */
export function authorColors(
  authored: readonly { readonly author: { readonly id: string } }[],
): (id: string) => string {
  const order = new Map<string, number>();
  for (const { author } of authored) if (!order.has(author.id)) order.set(author.id, order.size);
  return (id) => ANNOTATION_COLORS[(order.get(id) ?? order.size) % ANNOTATION_COLORS.length] ?? ANNOTATION_COLORS[0];
}
