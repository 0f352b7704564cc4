import { EventEmitter } from 'node:events';
import type { FastifyReply } from 'fastify';
import { describe, expect, it, vi } from 'vitest';
import { BufferPool } from './buffer-pool.ts';

const BYTES = 512 * 1024;

function answer() {
  const raw = new EventEmitter();
  return { reply: { raw } as unknown as FastifyReply, closes: () => raw.emit('close') };
}

async function leaseOf(pool: BufferPool, length = BYTES) {
  const { reply, closes } = answer();
  return { memory: await pool.fill(reply, async (lend) => lend(length)), closes };
}

describe('memory that is used again', () => {
  it('is lent to the next answer when the one before was sent, and not earlier', async () => {
    const pool = new BufferPool();
    const first = await leaseOf(pool);
    const second = await leaseOf(pool);
    expect(second.memory.buffer).not.toBe(first.memory.buffer);
    first.closes();
    const third = await leaseOf(pool, BYTES - 100);
    expect(third.memory.buffer).toBe(first.memory.buffer);
    expect(third.memory.byteLength).toBe(BYTES - 100);
  });

  it('is given up when no answer has used any for some seconds', async () => {
    vi.useFakeTimers();
    try {
      const pool = new BufferPool();
      const first = await leaseOf(pool);
      first.closes();
      vi.advanceTimersByTime(4000);
      const second = await leaseOf(pool);
      expect(second.memory.buffer).toBe(first.memory.buffer);
      second.closes();
      vi.advanceTimersByTime(4000);
      const third = await leaseOf(pool);
      expect(third.memory.buffer).toBe(first.memory.buffer);
      third.closes();
      vi.advanceTimersByTime(6000);
      expect((await leaseOf(pool)).memory.buffer).not.toBe(first.memory.buffer);
    } finally {
      vi.useRealTimers();
    }
  });

  it('is kept from others while a read into it is under way, though the caller has left', async () => {
    const pool = new BufferPool();
    const { reply, closes } = answer();
    const reading = Promise.withResolvers<void>();
    let memory: Uint8Array | null = null;
    const filled = pool.fill(reply, async (lend) => {
      memory = lend(BYTES);
      await reading.promise;
    });
    closes();
    const other = await leaseOf(pool);
    expect(other.memory.buffer).not.toBe(memory!.buffer);
    reading.resolve();
    await filled;
    expect((await leaseOf(pool)).memory.buffer).toBe(memory!.buffer);
  });

  it('comes back when the work fails and its refusal was sent', async () => {
    const pool = new BufferPool();
    const { reply, closes } = answer();
    let memory: Uint8Array | null = null;
    const failing = pool.fill(reply, async (lend) => {
      memory = lend(BYTES);
      throw new Error('no such frame');
    });
    await expect(failing).rejects.toThrow('no such frame');
    closes();
    expect((await leaseOf(pool)).memory.buffer).toBe(memory!.buffer);
  });
});
