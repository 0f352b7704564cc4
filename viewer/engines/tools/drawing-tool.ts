/**
 * The tools that draw. Most are named by the shape they make; `freehand` makes a polygon in one stroke, `cut` a line
 * along which areas are cut in two.
 */
export const DRAWING_TOOLS = [
  'line',
  'bidirectional',
  'angle',
  'cobb',
  'height',
  'calibration',
  'ellipse',
  'rectangle',
  'polyline',
  'cut',
  'polygon',
  'freehand',
  'spline',
  'probe',
  'point',
  'arrow',
  'text',
] as const;
export type DrawingTool = (typeof DRAWING_TOOLS)[number];

/** The tools that paint on areas. */
export const PAINTING_TOOLS = ['area-brush', 'area-eraser'] as const;
export type PaintingTool = (typeof PAINTING_TOOLS)[number];

export function isPaintingTool(tool: string): tool is PaintingTool {
  return (PAINTING_TOOLS as readonly string[]).includes(tool);
}
