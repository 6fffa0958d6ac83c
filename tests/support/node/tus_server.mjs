// A tus 1.0 server: node tus_server.mjs PORT FOLDER [MAX_SIZE] [TOKEN]
import { FileStore } from '@tus/file-store';
import { Server } from '@tus/server';

const [port, directory, maxSize, token] = process.argv.slice(2);
const server = new Server({
  path: '/files',
  datastore: new FileStore({ directory }),
  relativeLocation: true,
  ...(Number(maxSize) ? { maxSize: Number(maxSize) } : {}),
  async onIncomingRequest(request) {
    if (token && request.headers.get('authorization') !== `Bearer ${token}`) {
      throw { status_code: 401, body: 'sign in first' };
    }
  },
});
server.listen({ host: '127.0.0.1', port: Number(port) });
