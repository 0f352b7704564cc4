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
