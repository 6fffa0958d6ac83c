// An S3 server on a folder: node s3_server.mjs PORT FOLDER BUCKET
// Its only key is the user S3RVER with the password S3RVER.
import S3rver from 's3rver';

const [port, directory, bucket] = process.argv.slice(2);
await new S3rver({
  address: '127.0.0.1',
  port: Number(port),
  directory,
  silent: false,
  configureBuckets: [{ name: bucket }],
}).run();
