// Renders /api/openapi.json as a list of operations. Text only ever enters the page as text nodes.

/** An element with a class and children; strings become text nodes. */
function element(name, className, ...children) {
  const node = document.createElement(name);
  if (className !== '') node.className = className;
  node.append(...children);
  return node;
}

function section(title, value) {
  return value === undefined ? [] : [element('div', '', title), element('pre', '', JSON.stringify(value, null, 2))];
}

function bodyOf(content) {
  const media = Object.values(content ?? {})[0];
  return media?.schema;
}

function renderOperation(method, path, operation) {
  const parameters = operation.parameters?.map((parameter) => ({
    name: parameter.name,
    in: parameter.in,
    required: parameter.required ?? false,
    schema: parameter.schema,
  }));
  const answers = Object.entries(operation.responses ?? {}).flatMap(([status, answer]) =>
    section(`Answer ${status}`, bodyOf(answer.content)),
  );
  return element(
    'details',
    '',
    element(
      'summary',
      '',
      element('span', 'method', method.toUpperCase()),
      element('span', 'path', path),
      element('span', 'summary', operation.summary ?? ''),
    ),
    ...section('Parameters', parameters),
    ...section('Body', bodyOf(operation.requestBody?.content)),
    ...answers,
  );
}

const answer = await fetch('/api/openapi.json');
const api = await answer.json();
document.getElementById('description').textContent = api.info.description;

const groups = new Map();
for (const [path, operations] of Object.entries(api.paths)) {
  for (const [method, operation] of Object.entries(operations)) {
    const group = operation.tags?.[0] ?? 'other';
    groups.set(group, [...(groups.get(group) ?? []), renderOperation(method, path, operation)]);
  }
}
document
  .getElementById('operations')
  .replaceChildren(...[...groups].flatMap(([name, rendered]) => [element('h2', '', name), ...rendered]));
