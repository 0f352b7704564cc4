import { globSync } from 'node:fs';
import { startTestServer } from '#server/http/test-server.ts';
import { importPath } from '#server/domain/import-path.ts';
const server = await startTestServer();
const person = await server.as('referrer');
const c = await server.draft();
const dirs = ['color','multiframe','objects','pixel','projection','pet','mr/studyforrest-t1-oblique'];
for (const d of dirs) { try { const r = await importPath(server.services.material.ingest, { path: `/work/shared/data/${d}`, consultationId: c.id, actor: person.principal }, new AbortController().signal); console.log(d, r.stored.length, 'refused', r.refused.length);} catch (e) { console.log(d, e.message) } }
const rows = (await person.get('/dicom-web/instances?limit=1000')).json();
console.log(rows.length);
const tally = {};
let n=0;
for (const row of rows) {
  const base = String(row['00081190'].Value[0]).replace(/^https?:\/\/[^/]+/, '');
  for (const path of ['/rendered', '/thumbnail', '/rendered?viewport=300,300&annotation=patient,technique&iccprofile=yes']) {
    const a = await person.inject({ method: 'GET', url: base + path });
    const key = `${path.slice(0,22)} ${a.statusCode} ${a.statusCode === 200 ? a.headers['content-type'] : a.json().message}`;
    (tally[key] ??= []).push(row['00080016'].Value[0]);
    n++;
  }
}
for (const [k, v] of Object.entries(tally).sort()) console.log(v.length, k, v.length < 4 ? [...new Set(v)].join(' ') : '');
const studies = (await person.get('/dicom-web/studies?limit=1000')).json();
const t2 = {};
for (const s of studies) for (const path of ['/rendered','/thumbnail']) {
  const base = String(s['00081190'].Value[0]).replace(/^https?:\/\/[^/]+/, '');
  const t = performance.now();
  const a = await person.inject({ method: 'GET', url: base + path, });
  const key = `${path} ${a.statusCode} ${a.statusCode===200? String(a.headers['content-type']).replace(/boundary.*/,''): a.json().message}`;
  t2[key] = (t2[key] ?? 0) + 1;
  if (path === '/rendered') for (const m of a.rawPayload.toString('latin1').matchAll(/\{"code":"[^}]*\}/g)) t2['part ' + m[0].slice(0,160)] = (t2['part ' + m[0].slice(0,160)] ?? 0) + 1;
}
console.log(t2);
const gif = rows.filter(r => Number(r['00280008']?.Value?.[0] ?? 1) > 1);
console.log('multi', gif.length);
for (const r of gif) { const base = String(r['00081190'].Value[0]).replace(/^https?:\/\/[^/]+/, ''); const t=performance.now(); const a = await person.inject({ method:'GET', url: base+'/rendered', headers:{accept:'image/gif'}}); console.log(r['00280008'].Value[0], r['00280010']?.Value?.[0], a.statusCode, a.headers['content-type'], a.rawPayload.length, Math.round(performance.now()-t)+'ms', a.statusCode===200?'':a.json().message); }
await server.close();
