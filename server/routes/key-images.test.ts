import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectJson } from '#server/http/test-server.ts';
import type { KeyImage, KeyImageDraft } from '#shared/annotation/key-image.ts';
import type { Failure } from '#shared/api/failure.ts';
import { keyImagePaths } from '#shared/api/key-images.ts';
import type { SopInstanceUid } from '#shared/ids.ts';
import { type ExpertScene, type OpenConsultation, openExpertScene } from './expert-scene.ts';

let scene: ExpertScene;
let open: OpenConsultation;
beforeAll(async () => {
  scene = await openExpertScene();
  open = await scene.open();
}, 60_000);
afterAll(() => scene.close());

function draft(change: Partial<KeyImageDraft> = {}): KeyImageDraft {
  const { target, view } = open.frameDraft();
  if (target.kind !== 'frame' || view.kind !== 'frame') throw new Error('the scene has no frame');
  return { target, view, purpose: 'of-interest', note: 'Größe', ...change };
}
const put = (keyImage: KeyImageDraft, revision = 0, id: string = randomUUID()) =>
  open.radiologist.put(keyImagePaths.one(open.id, id), { revision, keyImage });

describe('key images over HTTP', () => {
  it('are marked, listed for all experts, changed and taken back by their author', async () => {
    const id = randomUUID();
    const marked = expectJson<KeyImage>(await put(draft(), 0, id), 200);
    expect(marked).toMatchObject({ revision: 1, note: 'Größe', author: { id: open.radiologist.account.id } });
    const list = async () =>
      expectJson<{ keyImages: KeyImage[] }>(await open.pathologist.get(keyImagePaths.list(open.id)), 200).keyImages;
    expect(await list()).toEqual([marked]);
    const url = keyImagePaths.one(open.id, id);
    const foreign = await open.pathologist.put(url, { revision: 1, keyImage: draft() });
    expect(expectJson<Failure>(foreign, 403).code).toBe('NOT_ALLOWED');
    expect(expectJson<KeyImage>(await put(draft({ note: '' }), 1, id), 200)).toMatchObject({ revision: 2, note: '' });
    expect((await open.radiologist.inject({ method: 'DELETE', url: `${url}?revision=2` })).statusCode).toBe(204);
    expect(await list()).toEqual([]);
  });

  it('refuse frames the consultation does not hold, and outsiders', async () => {
    const elsewhere = { ...draft().target, sopInstanceUid: '1.2.3' as SopInstanceUid };
    expect(expectJson<Failure>(await put(draft({ target: elsewhere })), 422).code).toBe('ANNOTATION_TARGET_UNKNOWN');
    const outsider = await scene.server.as('radiologist2');
    expect((await outsider.get(keyImagePaths.list(open.id))).statusCode).toBe(404);
    expect((await outsider.get(keyImagePaths.selections(open.id))).statusCode).toBe(404);
  });

  it('leave as a selection and a view of each, the same while nothing changes', async () => {
    const other = await scene.open();
    expect((await other.radiologist.get(keyImagePaths.selections(other.id))).statusCode).toBe(404);
    const url = keyImagePaths.one(other.id, randomUUID());
    expectJson(await other.radiologist.put(url, { revision: 0, keyImage: draft() }), 200);
    await other.annotate(other.radiologist, other.frameDraft({ label: 'Knoten' }));
    const [one, two] = [
      await other.pathologist.get(keyImagePaths.selections(other.id)),
      await other.pathologist.get(keyImagePaths.selections(other.id)),
    ];
    expect(one.statusCode).toBe(200);
    for (const part of ['key-images-1.dcm', 'view-1.dcm', '1.2.840.10008.5.1.4.1.1.88.59', 'Knoten']) {
      expect(one.rawPayload.includes(part), part).toBe(true);
    }
    expect(two.rawPayload.equals(one.rawPayload)).toBe(true);
  });
});
