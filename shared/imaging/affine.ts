type Point = readonly [number, number];

/** A plane onto another: x' = a·x + c·y + e, y' = b·x + d·y + f. */
export interface Affine {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly f: number;
}

export function applied(m: Affine, [x, y]: Point): [number, number] {
  return [m.a * x + m.c * y + m.e, m.b * x + m.d * y + m.f];
}

/** Positive while left and right stay what they are; zero where there is no way back. */
export function determinant({ a, b, c, d }: Affine): number {
  return a * d - b * c;
}

export function appliedBack(m: Affine, [x, y]: Point): [number, number] {
  const whole = determinant(m);
  const [dx, dy] = [x - m.e, y - m.f];
  return [(m.d * dx - m.c * dy) / whole, (m.a * dy - m.b * dx) / whole];
}

/** First `first`, then `second`. */
export function composed(second: Affine, first: Affine): Affine {
  const [e, f] = applied(second, [first.e, first.f]);
  return {
    a: second.a * first.a + second.c * first.b,
    b: second.b * first.a + second.d * first.b,
    c: second.a * first.c + second.c * first.d,
    d: second.b * first.c + second.d * first.d,
    ...{ e, f },
  };
}

export function inverted(m: Affine): Affine {
  const whole = determinant(m);
  const [e, f] = appliedBack(m, [0, 0]);
  return { a: m.d / whole, b: -m.b / whole, c: -m.c / whole, d: m.a / whole, e, f };
}

/** Stretches both axes about the origin. */
export function scaling(x: number, y: number): Affine {
  return { a: x, b: 0, c: 0, d: y, e: 0, f: 0 };
}
