import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { Statement } from '#shared/report/report.ts';
import { WrittenText } from '#viewer/ui/written-text.tsx';
import { type Citable, CitationField } from './citation-field.tsx';
import styles from './report-editor.module.css';

export interface StatementListProps {
  readonly name: string;
  readonly statements: readonly Statement[];
  readonly placeholder: string;
  readonly citable: Citable;
  readonly disabled: boolean;
  readonly onChange: (change: (statements: readonly Statement[]) => Statement[]) => void;
}

/** Statements of one section, each with the annotations it rests on. */
export function StatementList({ name, statements, placeholder, citable, disabled, onChange }: StatementListProps) {
  const replace = (index: number, part: Partial<Statement>) =>
    onChange((newest) => newest.map((statement, i) => (i === index ? { ...statement, ...part } : statement)));
  return (
    <div className={styles.statements}>
      {statements.map((statement, index) => (
        // Statements have no identity but their place.
        // biome-ignore lint/suspicious/noArrayIndexKey: the place is the identity
        <div key={index} className={styles.statement}>
          <div className={styles.statementText}>
            {disabled ? (
              <p className={styles.written}>{statement.text}</p>
            ) : (
              <WrittenText
                label={statements.length > 1 ? `${name}, statement ${index + 1}` : name}
                text={statement.text}
                placeholder={placeholder}
                maxLength={8000}
                onSave={(text) => replace(index, { text })}
              />
            )}
          </div>
          <div className={styles.statementFoot}>
            <CitationField
              citable={citable}
              citations={statement.citations}
              disabled={disabled}
              onChange={(citations) => replace(index, { citations })}
            />
            {!disabled && statements.length > 1 && (
              <Tooltip label="Remove this statement">
                <ActionIcon
                  size="sm"
                  variant="subtle"
                  color="gray"
                  aria-label={`Remove statement ${index + 1} of ${name}`}
                  onClick={() => onChange((newest) => newest.filter((_, i) => i !== index))}
                >
                  <IconTrash size={14} stroke={1.75} />
                </ActionIcon>
              </Tooltip>
            )}
          </div>
        </div>
      ))}
      {!disabled && (
        <Button
          variant="subtle"
          color="gray"
          size="compact-xs"
          className={styles.addStatement ?? ''}
          leftSection={<IconPlus size={12} />}
          onClick={() => onChange((newest) => [...newest, { text: '', citations: [] }])}
        >
          Add a statement
        </Button>
      )}
    </div>
  );
}
