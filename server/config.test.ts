import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isOverHttps, readConfig } from './config.ts';

describe('readConfig', () => {
  it('has the documented defaults', () => {
    expect(readConfig({})).toEqual({
      port: 8080,
      host: '127.0.0.1',
      dataDir: resolve('data'),
      demo: true,
      publicUrl: null,
      databaseUrl: null,
      derivedCacheBytes: 2 * 1024 ** 3,
      s3: null,
      signingKey: null,
      dimse: null,
      logLevel: 'info',
      tls: null,
      reserved: [],
    });
  });

  it('reads every key', () => {
    const config = readConfig({
      PORT: '0',
      HOST: '::1',
      DATA_DIR: '/srv/consilium',
      DEMO: 'off',
      PUBLIC_URL: 'https://opinions.example.org',
      DATABASE_URL: 'postgres://consilium:secret@db.example.org/consilium',
      LOG_LEVEL: 'debug',
    });
    expect(config).toMatchObject({
      port: 0,
      host: '::1',
      dataDir: '/srv/consilium',
      demo: false,
      databaseUrl: 'postgres://consilium:secret@db.example.org/consilium',
      logLevel: 'debug',
    });
    expect(config.publicUrl?.origin).toBe('https://opinions.example.org');
  });

  it('takes an empty variable for an unset one and cannot be changed', () => {
    const config = readConfig({ PORT: '', DEMO: ' ', DATABASE_URL: '' });
    expect(config.port).toBe(8080);
    expect(config.demo).toBe(true);
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('has a DIMSE listener only when a port is named, on the host of the server unless told otherwise', () => {
    expect(readConfig({ DIMSE_AE_TITLE: 'SECOND' }).dimse).toBeNull();
    expect(readConfig({ DIMSE_PORT: '104', HOST: '10.0.0.1' }).dimse).toEqual({
      ...{ host: '10.0.0.1', port: 104, aeTitle: 'CONSILIUM', tls: null },
    });
    const tls = { DIMSE_TLS_CERT: '/c.pem', DIMSE_TLS_KEY: '/k.pem', DIMSE_TLS_CA: '/a.pem' };
    const dimse = { DIMSE_PORT: '2762', DIMSE_HOST: '::1', DIMSE_AE_TITLE: 'SECOND', ...tls };
    expect(readConfig(dimse).dimse).toEqual({
      ...{ host: '::1', port: 2762, aeTitle: 'SECOND' },
      tls: { certFile: '/c.pem', keyFile: '/k.pem', caFile: '/a.pem' },
    });
  });

  it.each([
    ['DIMSE_PORT', { DIMSE_PORT: 'dicom' }],
    ['DIMSE_HOST', { DIMSE_PORT: '104', DIMSE_HOST: 'not a host' }],
    ['DIMSE_AE_TITLE', { DIMSE_PORT: '104', DIMSE_AE_TITLE: 'SEVENTEEN-LETTERS' }],
    ['DIMSE_TLS_KEY', { DIMSE_PORT: '104', DIMSE_TLS_CERT: '/c.pem' }],
    ['DIMSE_TLS_CERT', { DIMSE_PORT: '104', DIMSE_TLS_KEY: '/k.pem' }],
    ['DIMSE_TLS_CERT', { DIMSE_PORT: '104', DIMSE_TLS_CA: '/a.pem' }],
  ])('refuses to start with a wrong %s', (key, environment) => {
    expect(() => readConfig(environment)).toThrow(`${key} is not valid`);
  });

  it('names the settings that nothing uses yet', () => {
    const config = readConfig({
      SMTP_URL: 'smtps://mail.example.org',
      REDIS_URL: 'redis://cache.example.org',
    });
    expect(config.reserved).toEqual(['SMTP_URL', 'REDIS_URL']);
  });

  const s3 = {
    S3_ENDPOINT: 'https://s3.example.org:9000/base',
    S3_BUCKET: 'consilium',
    S3_REGION: 'eu-central-1',
    S3_ACCESS_KEY: 'access',
    S3_SECRET_KEY: 'very-secret',
  };

  it('takes the room for transcoded frames in megabytes', () => {
    expect(readConfig({}).derivedCacheBytes).toBe(2 * 1024 ** 3);
    expect(readConfig({ DERIVED_CACHE_MB: '0' }).derivedCacheBytes).toBe(0);
  });

  it('takes all keys of the object storage', () => {
    expect(readConfig(s3).s3).toEqual({
      endpoint: new URL('https://s3.example.org:9000/base'),
      bucket: 'consilium',
      region: 'eu-central-1',
      accessKey: 'access',
      secretKey: 'very-secret',
    });
  });

  it('listens with TLS only where both halves are named', () => {
    expect(readConfig({ TLS_CERT: 'cert.pem', TLS_KEY: 'key.pem' }).tls).toEqual({ cert: 'cert.pem', key: 'key.pem' });
    expect(() => readConfig({ TLS_CERT: 'cert.pem' })).toThrow(/^TLS_KEY is not valid: it is missing/);
    expect(() => readConfig({ TLS_KEY: 'key.pem' })).toThrow(/^TLS_CERT is not valid: it is missing/);
    const contradiction = { TLS_CERT: 'cert.pem', TLS_KEY: 'key.pem', PUBLIC_URL: 'http://opinions.example.org' };
    expect(() => readConfig(contradiction)).toThrow(/^PUBLIC_URL is not valid: it must begin with https/);
    expect(isOverHttps(readConfig({ TLS_CERT: 'c', TLS_KEY: 'k' }))).toBe(true);
    expect(isOverHttps(readConfig({ PUBLIC_URL: 'https://opinions.example.org' }))).toBe(true);
    expect(isOverHttps(readConfig({ PUBLIC_URL: 'http://opinions.example.org' }))).toBe(false);
  });

  it('leaves variables of other programs alone', () => {
    expect(readConfig({ S3_SERVER_DIR: '/var/s3' }).s3).toBeNull();
  });

  it.each(Object.keys(s3))('refuses an object storage without %s', (key) => {
    expect(() => readConfig({ ...s3, [key]: '' })).toThrow(new RegExp(`^${key} is not valid: it is missing`));
  });

  it.each([
    ['S3_BUCKET', 'Upper'],
    ['S3_BUCKET', 'a/b'],
    ['S3_BUCKET', 'no'],
    ['S3_REGION', 'eu central'],
    ['S3_ENDPOINT', 'https://user:pw@s3.example.org'],
    ['S3_ENDPOINT', 'https://s3.example.org?x=1'],
    ['S3_ENDPOINT', 'ftp://s3.example.org'],
  ])('refuses an object storage with %s=%s', (key, value) => {
    expect(() => readConfig({ ...s3, [key]: value })).toThrow(new RegExp(`^${key} is not valid: it must`));
  });

  it.each([
    ['PORT', '80a'],
    ['PORT', '-1'],
    ['PORT', '65536'],
    ['PORT', '1e3'],
    ['HOST', 'no host'],
    ['DEMO', 'yes'],
    ['PUBLIC_URL', 'opinions.example.org'],
    ['PUBLIC_URL', 'ftp://example.org'],
    ['PUBLIC_URL', 'https://example.org/path'],
    ['PUBLIC_URL', 'https://user:pw@example.org'],
    ['DATABASE_URL', 'mysql://example.org/x'],
    ['DATABASE_URL', 'not a url'],
    ['LOG_LEVEL', 'loud'],
    ['DERIVED_CACHE_MB', 'much'],
    ['DERIVED_CACHE_MB', '-1'],
    ['S3_ENDPOINT', 'example.org'],
    ['SMTP_URL', 'https://example.org'],
    ['REDIS_URL', 'localhost:6379'],
  ])('refuses %s=%s with a sentence that names the key and not the value', (key, value) => {
    let message = '';
    try {
      readConfig({ [key]: value });
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toMatch(new RegExp(`^${key} is not valid: .+\\.$`));
    expect(message).not.toContain(value);
  });
});
