/** The tools that draw. Most are named by the shape they make; `freehand` makes a polygon in one stroke. */
export const DRAWING_TOOLS = [
  'line',
  'bidirectional',
  'angle',
  'cobb',
  'height',
  'calibration',
  'ellipse',
  'rectangle',
  'polygon',
  'freehand',
  'spline',
  'probe',
  'point',
  'arrow',
  'text',
] as const;
export type DrawingTool = (typeof DRAWING_TOOLS)[number];
