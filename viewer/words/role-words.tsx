import {
  IconClipboardList,
  IconMicroscope,
  IconSettings,
  IconShieldSearch,
  IconStack2,
  IconStethoscope,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import type { Role } from '#shared/consultation/role.ts';

/** A role in words and as an icon. */
export const ROLE_WORDS: Readonly<
  Record<Role, { readonly word: string; readonly Icon: ComponentType<{ size?: number; stroke?: number }> }>
> = {
  referrer: { word: 'Referring physician', Icon: IconStethoscope },
  coordinator: { word: 'Coordinator', Icon: IconClipboardList },
  radiologist: { word: 'Radiologist', Icon: IconStack2 },
  pathologist: { word: 'Pathologist', Icon: IconMicroscope },
  admin: { word: 'Administrator', Icon: IconSettings },
  auditor: { word: 'Auditor', Icon: IconShieldSearch },
};
