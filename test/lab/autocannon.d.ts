// The package ships no types: the part of its interface that the load generator uses.
declare module 'autocannon/autocannon.js' {
  interface AutocannonClient {
    on(event: 'request' | 'timeout', listener: () => void): this;
    on(event: 'connError', listener: (error: Error) => void): this;
    on(event: 'headers', listener: (answer: { statusCode: number; headers: string[] }) => void): this;
  }

  interface AutocannonInstance extends Promise<unknown> {
    stop(): void;
  }

  interface AutocannonOptions {
    url: string;
    headers?: Record<string, string>;
    connections?: number;
    overallRate?: number;
    duration?: number;
    timeout?: number;
    sampleInt?: number;
    reconnectRate?: number;
    setupClient?: (client: AutocannonClient) => void;
  }

  export default function autocannon(options: AutocannonOptions): AutocannonInstance;
}
