import { gatewayApi } from '../../domain/traffic/gateway-api.ts';
import { main } from '../main.ts';

main(gatewayApi);
