import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

/** The accent: "you can act here". Shade 5 is the token; the rest is its scale. */
const accent: MantineColorsTuple = [
  '#eef4ff',
  '#d9e6ff',
  '#b3ccff',
  '#8ab1ff',
  '#699bff',
  '#4c8dff',
  '#2f76f0',
  '#1f63d6',
  '#1650b3',
  '#0f3d8c',
];

/** Reading mood: from text down to the background. */
const dark: MantineColorsTuple = [
  '#d7dce3',
  '#b4bcc8',
  '#8b94a3',
  '#5d6675',
  '#2a2f38',
  '#242932',
  '#1c2027',
  '#14171c',
  '#0f1216',
  '#0b0d10',
];

export const theme = createTheme({
  primaryColor: 'accent',
  // White text on a filled button needs the darker shade: 5.6 to 1.
  primaryShade: { light: 7, dark: 7 },
  black: '#1b2027',
  colors: { accent, dark },
  fontFamily: "'Inter Variable', system-ui, -apple-system, 'Segoe UI', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Mono', monospace",
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  radius: { xs: '3px', sm: '4px', md: '6px', lg: '6px', xl: '6px' },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Modal: { defaultProps: { padding: 'lg' } },
    PasswordInput: { defaultProps: { visibilityToggleButtonProps: { 'aria-label': 'Show what is typed' } } },
  },
});

/** The tokens that Mantine has no name for. Components use these variables and no colour of their own. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: { '--focus-ring': '#7aa7ff', '--surface-image': '#000000' },
  dark: {
    '--surface-page': '#0b0d10',
    '--surface-panel': '#14171c',
    '--surface-raised': '#1c2027',
    '--line': '#2a2f38',
    '--text': '#d7dce3',
    '--text-quiet': '#8b94a3',
    '--state-critical': '#ff6b6b',
    '--state-attention': '#f0b429',
    '--state-done': '#4cc38a',
    '--accent': '#4c8dff',
    '--accent-quiet': '#16233c',
    '--mantine-color-body': '#0b0d10',
    '--mantine-color-dimmed': '#8b94a3',
    '--mantine-color-error': '#ff6b6b',
    '--mantine-color-placeholder': '#828b99',
  },
  light: {
    '--surface-page': '#f7f8fa',
    '--surface-panel': '#ffffff',
    '--surface-raised': '#ffffff',
    '--line': '#e3e6eb',
    '--text': '#1b2027',
    '--text-quiet': '#5d6675',
    '--state-critical': '#c92a2a',
    '--state-attention': '#9a6700',
    '--state-done': '#1a7f4b',
    '--focus-ring': '#1f63d6',
    '--accent': '#1f63d6',
    '--accent-quiet': '#eef4ff',
    '--mantine-color-body': '#f7f8fa',
    '--mantine-color-text': '#1b2027',
    '--mantine-color-dimmed': '#5d6675',
    '--mantine-color-error': '#c92a2a',
    '--mantine-color-default-border': '#d3d8e0',
    '--mantine-color-placeholder': '#6b7482',
  },
});
