// SPDX-License-Identifier: Apache-2.0
// An application with the X-Ray SDK: an HTTP server whose requests become segments, sampled by the rules that the daemon's proxy gives.
// Says "rules" when it has them; then takes a line with a path for each request that it is to serve, and says the path when it has.
//
// usage: node index.js DAEMON_ADDRESS
const http = require('http');
const readline = require('readline');
const AWSXRay = require('aws-xray-sdk-core');

AWSXRay.setDaemonAddress(process.argv[2]);
AWSXRay.setContextMissingStrategy('IGNORE_ERROR');
AWSXRay.setLogger({
  error: (...a) => console.error(...a), warn: (...a) => console.error(...a), debug: () => {},
  info: (said) => { if (`${said}`.includes('refreshed centralized sampling rule cache')) console.log('rules'); },
});
AWSXRay.middleware.setDefaultName('node-shop');

const server = http.createServer((request, response) => {
  const segment = AWSXRay.middleware.traceRequestResponseCycle(request, response);
  AWSXRay.getNamespace().run(() => {
    AWSXRay.setSegment(segment);
    segment.addAnnotation('customer', 'c-17');
    segment.addMetadata('cart', { items: [1, 2], note: '<a&b>' }, 'shop');
    AWSXRay.captureAsyncFunc('db', (part) => {
      setTimeout(() => {
        if (part) part.close(request.url === '/broken' ? new Error('no such table') : undefined);
        response.statusCode = request.url === '/broken' ? 500 : 200;
        response.end('ok');
      }, 5);
    });
  });
});

server.listen(0, '127.0.0.1', () => {
  const lines = readline.createInterface({ input: process.stdin });
  lines.on('line', (path) => {
    http.get({ port: server.address().port, host: '127.0.0.1', path }, (r) => r.resume().on('end', () => console.log(path)));
  });
  lines.on('close', () => process.exit(0));
});
