import { nginxIngress } from '../../domain/traffic/nginx-ingress.ts';
import { main } from '../main.ts';

main(nginxIngress);
