import { istio } from '../../domain/traffic/istio.ts';
import { main } from '../main.ts';

main(istio);
